// Keys and thresholds as the public conformance suite changes them, against the client's executable.
import { describe, expect, it } from 'vitest';
import { conformanceCases, done } from './conformance-setup.ts';
import { TufTestKey } from './tuf-test-key.ts';

const newCase = conformanceCases();

/** Keys of these numbers, apart from those that the repositories make for themselves. */
const keys = (numbers: readonly number[]) => numbers.map((number) => TufTestKey.numbered(2000 + number));

/** A version of the metadata: which keys count for it, how many are needed, which have signed it. */
interface Version {
  readonly keys: readonly number[];
  readonly threshold: number;
  readonly signedBy: readonly number[];
}

const version = (of: readonly number[], threshold: number, signedBy: readonly number[]): Version => ({
  keys: of,
  threshold,
  signedBy,
});
const five = [0, 1, 2, 3, 4];
const fiveOthers = [5, 6, 7, 8, 9];

describe('new roots', () => {
  const followed: Record<string, Version[]> = {
    'one key for another': [version([1], 1, [1]), version([2], 1, [2, 1]), version([2], 1, [2])],
    'signatures that nobody asked for': [version([1], 1, [3, 1, 4]), version([2], 1, [3, 2, 1, 4])],
    'three of five, by turns': [version(five, 3, [0, 2, 4]), version(five, 3, [0, 4, 1]), version(five, 3, [0, 1, 3])],
    'one of five': [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 4, 1])],
    'one of five, in between': [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 2, 4, 5])],
    'all of five': [
      version(five, 3, [0, 2, 4]),
      version(fiveOthers, 3, [0, 2, 4, 5, 6, 7]),
      version(fiveOthers, 3, [5, 6, 7]),
    ],
    'a higher threshold': [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [1, 2])],
    'a lower threshold': [version([1, 2, 3], 2, [1, 2]), version([1, 2, 3], 1, [1, 2]), version([1, 2, 3], 1, [1])],
    'a higher threshold with a new key': [version([1], 1, [1]), version([1, 2], 2, [1, 2])],
  };
  const refused: Record<string, Version[]> = {
    'not signed by the old key': [version([1], 1, [1]), version([2], 1, [2, 3, 4])],
    'not signed by the new key': [version([1], 1, [1]), version([2], 1, [1, 3, 4])],
    'signed by too few new ones': [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 2, 4])],
    'signed by too few old ones': [version(five, 3, [0, 2, 4]), version([0, 1, 3, 4, 5], 3, [0, 4, 5])],
    'below the new threshold': [version([1, 2, 3], 1, [1]), version([1, 2, 3], 2, [2])],
    'below the old threshold': [version([1, 2, 3], 2, [1, 2]), version([1, 2, 3], 1, [1])],
  };

  const publish = async (versions: readonly Version[]) => {
    const made = await newCase({ untrusting: true });
    const { repository, client } = made;
    for (const [index, { keys: of, threshold, signedBy }] of versions.entries()) {
      repository.setKeys('root', keys(of), threshold, keys(signedBy));
      repository.publishAs('root', index + 1);
    }
    done(await client.init());
    return made;
  };

  it.each(Object.keys(followed))('are followed: %s', async (name) => {
    const { repository, client } = await publish(followed[name]!);
    done(await client.refresh());
    expect(await client.trusted('root')).toEqual(repository.file('root'));
  });

  it.each(Object.keys(refused))('are refused: %s', async (name) => {
    const versions = refused[name]!;
    const { repository, client } = await publish(versions);
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    expect(await client.trusted('root')).toEqual(repository.fileAt('root', versions.length - 1));
    expect(await client.trusted('timestamp')).toBeNull();
  });

  it('are followed 256 at once at most, the rest at the next refresh', async () => {
    const { repository, client } = await newCase();
    for (let count = 0; count < 300; count += 1) repository.publish('root');
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ root: 257, timestamp: 1 });
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ root: 301 });
  });
});

describe.each(['timestamp', 'snapshot', 'targets'])('new keys of %s', (role) => {
  const followed: Record<string, Version> = {
    'one for another': version([2], 1, [2]),
    'signatures that nobody asked for': version([1], 1, [3, 1, 4]),
    'three of five': version(five, 3, [0, 2, 4]),
    'three others of five': version(five, 3, [2, 3, 4]),
  };
  const refused: Record<string, Version> = {
    'one for another, not used': version([2], 1, [1, 3, 4]),
    'three of five, one of them wrong': version([0, 1, 3, 4, 5], 3, [0, 2, 4]),
    'three of five, one missing': version([0, 1, 3, 4, 5], 3, [0, 4]),
  };
  const publish = async ({ keys: of, threshold, signedBy }: Version) => {
    const made = await newCase();
    done(await made.client.refresh());
    made.repository.setKeys(role, keys(of), threshold, keys(signedBy));
    made.repository.publish('root').publishAll();
    return made;
  };

  it('are followed, and what they sign is refused where they do not suffice', async () => {
    for (const [name, change] of Object.entries(followed)) {
      const { repository, client } = await publish(change);
      expect(await client.refresh(), name).toEqual({ status: 0 });
      expect(await client.trusted(role), name).toEqual(repository.file(role));
    }
    for (const [name, change] of Object.entries(refused)) {
      const { client } = await publish(change);
      expect(await client.refresh(), name).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
      expect(await client.versions(), name).toMatchObject({ root: 2, [role]: 1 });
    }
  });

  it('are needed at once: what the old ones signed is worth nothing after them', async () => {
    const { repository, client } = await newCase();
    done(await client.refresh());
    const old = [...repository.signersOf(role)];
    repository.rotateKeys(role);
    repository.signers.set(role, old);
    repository.publish('root').publishAll();
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
  });
});

describe('a threshold', () => {
  it('above the number of keys is never met', async () => {
    const { repository, client } = await newCase();
    for (let count = 0; count < 4; count += 1) repository.addKey('snapshot');
    repository.roleOf('snapshot').threshold = 6;
    repository.publish('root', 'snapshot', 'timestamp');
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    expect(await client.versions()).toEqual({ root: 2, timestamp: 2 });
  });

  it.each([0, -1, 1.5, '1', null])('of %j is no threshold', async (threshold) => {
    const { repository, client } = await newCase();
    repository.roleOf('snapshot').threshold = threshold as number;
    repository.publish('root');
    expect((await client.refresh()).status).toBe(1);
  });

  it('is not met by one key named many times', async () => {
    const { repository, client } = await newCase();
    const key = repository.addKey('snapshot');
    const role = repository.roleOf('snapshot');
    for (let count = 0; count < 8; count += 1) role.keyids.push(key.keyId);
    role.threshold = 6;
    repository.publish('root', 'snapshot', 'timestamp').tamper('snapshot', ({ signed, signatures }) => ({
      signed,
      signatures: [...signatures, ...Array.from({ length: 8 }, () => signatures.at(-1))],
    }));
    expect((await client.refresh()).status).toBe(1);
    expect(await client.trusted('snapshot')).toBeNull();
  });

  it.each([
    ['ed25519', (text: string) => text.toUpperCase()],
    ['ecdsa', (text: string) => `${text}\n`],
  ] as const)(
    'is not met by one key under several ids, nor by writing it differently (%s)',
    async (kind, differently) => {
      const { repository, client } = await newCase({ kind });
      const [key] = repository.signersOf('snapshot');
      const twins = ['0', '1'].map((digit) => digit.repeat(64));
      const { description } = key!;
      for (const id of twins) repository.root.keys[id] = description;
      repository.root.keys[twins[1]!] = { ...description, keyval: { public: differently(description.keyval.public) } };
      repository.roleOf('snapshot').keyids.push(...twins);
      repository.roleOf('snapshot').threshold = 2;
      repository.publish('root', 'snapshot', 'timestamp').tamper('snapshot', ({ signed, signatures }) => ({
        signed,
        signatures: [...signatures, ...twins.map((keyid) => ({ keyid, sig: signatures[0]!.sig }))],
      }));
      expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    },
  );

  it('that is met is no use where a key id has signed twice', async () => {
    const { repository, client } = await newCase();
    repository.publishAll().tamper('snapshot', ({ signed, signatures }) => ({
      signed,
      signatures: [...signatures, ...signatures],
    }));
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.malformed' });
    expect(await client.trusted('snapshot')).toBeNull();
  });

  it.each(['', 'ff', 'no hexadecimal', '00'.repeat(64)])('is met beside a signature that is %j', async (sig) => {
    const { repository, client } = await newCase();
    const [old] = repository.signersOf('timestamp');
    repository.addKey('timestamp');
    repository.publish('root', 'timestamp').tamper('timestamp', ({ signed, signatures }) => ({
      signed,
      signatures: signatures.map((entry) => (entry.keyid === old!.keyId ? { ...entry, sig } : entry)),
    }));
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ timestamp: 2 });
  });
});

describe.each(['ed25519', 'ecdsa', 'rsa'] as const)('%s keys', (kind) => {
  it('sign every role', async () => {
    const { repository, client } = await newCase({ kind });
    repository.addArtifact('targets', 'file', 'content');
    repository.publishAll();
    done(await client.download('file'));
    expect(await client.downloaded()).toEqual(['content']);
  });

  it("sign a root beside another's, and not with another's signature", async () => {
    const { repository, client } = await newCase();
    const key = repository.addKey('root', repository.newKey(kind));
    repository.roleOf('root').threshold = 2;
    repository.publish('root');
    done(await client.refresh());
    const { signatures } = JSON.parse(repository.file('root').toString('utf8')) as {
      signatures: { keyid: string; sig: string }[];
    };
    const old = signatures.find(({ keyid }) => keyid === key.keyId)!;
    repository.publish('root').tamper('root', (envelope) => ({
      ...envelope,
      signatures: envelope.signatures.map((entry) => (entry.keyid === key.keyId ? old : entry)),
    }));
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    expect(await client.versions()).toMatchObject({ root: 2 });
  });

  it('count only under the scheme that they are named with', async () => {
    for (const scheme of ['ed25519', 'ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'rsassa-pss-sha256', 'none', '']) {
      const { repository, client } = await newCase({ kind });
      const [key] = repository.signersOf('timestamp');
      if (scheme === key!.description.scheme) continue;
      repository.root.keys[key!.keyId] = { ...key!.description, keytype: scheme.split('-')[0]!, scheme };
      repository.publish('root', 'timestamp');
      expect(await client.refresh(), scheme).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    }
  });
});
