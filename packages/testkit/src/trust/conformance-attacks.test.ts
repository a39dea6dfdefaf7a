// The attacks that the public conformance suite plays, and more of their kind, against the client's executable.
import type { ServerResponse } from 'node:http';
import { describe, expect, it } from 'vitest';
import { conformanceCases, done } from './conformance-setup.ts';
import { tufInstant, type Envelope } from './tuf-simulator.ts';
import { TufTestKey } from './tuf-test-key.ts';

const newCase = conformanceCases();
const roles = ['root', 'timestamp', 'snapshot', 'targets'] as const;
const thief = TufTestKey.numbered(1000);
const yesterday = tufInstant(new Date(Date.now() - 86_400_000));

/** What is trusted at the beginning, and what of a second publication is when a role of it is refused. */
const first = { root: 1, snapshot: 1, targets: 1, timestamp: 1 };
const upTo = {
  root: first,
  timestamp: { ...first, root: 2 },
  snapshot: { ...first, root: 2, timestamp: 2 },
  targets: { ...first, root: 2, timestamp: 2, snapshot: 2 },
};

describe('rollback', () => {
  it('of the timestamp is refused', async () => {
    const { repository, served, client } = await newCase();
    repository.publish('timestamp');
    done(await client.refresh());
    repository.publishAs('timestamp', 1);
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.rolled-back' });
    expect(await client.versions()).toEqual({ ...first, timestamp: 2 });
    expect(served.askedMetadata.at(-1)).toBe('timestamp.json');
  });

  it.each([false, true])('of the snapshot under a newer timestamp is refused (with hashes: %s)', async (vouches) => {
    const { repository, served, client } = await newCase({ before: (made) => (made.vouchesForHashes = vouches) });
    repository.publish('snapshot', 'timestamp');
    done(await client.refresh());
    repository.publishAs('snapshot', 1).publish('timestamp');
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.rolled-back' });
    expect(await client.versions()).toEqual({ ...first, timestamp: 2, snapshot: 2 });
    expect(served.askedMetadata.at(-1)).toBe('timestamp.json');
  });

  it('of the snapshot that the timestamp does not name is not even seen', async () => {
    const { repository, served, client } = await newCase();
    repository.publish('snapshot', 'timestamp');
    done(await client.refresh());
    repository.publishAs('snapshot', 1);
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ snapshot: 2 });
    expect(served.askedMetadata.at(-1)).toBe('timestamp.json');
  });

  it.each([false, true])('of the targets under a newer snapshot is refused (with hashes: %s)', async (vouches) => {
    const { repository, client } = await newCase({ before: (made) => (made.vouchesForHashes = vouches) });
    repository.publish('targets').publishAll();
    done(await client.refresh());
    repository.publishAs('targets', 1).publish('snapshot', 'timestamp');
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.rolled-back' });
    expect(await client.versions()).toEqual({ ...first, targets: 3, snapshot: 2, timestamp: 3 });
  });

  it('of the targets by a snapshot that no longer lists them is refused', async () => {
    const { repository, client } = await newCase();
    done(await client.refresh());
    repository.snapshot.meta = {};
    repository.publish('snapshot', 'timestamp');
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.rolled-back' });
    expect(await client.versions()).toEqual({ ...first, timestamp: 2 });
  });

  it('of the root is refused, and none is skipped', async () => {
    const { repository, client } = await newCase();
    done(await client.refresh());
    const old = repository.fileAt('root', 1);
    repository.publish('root').serve('root', 2, old);
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.rolled-back' });
    repository.publishAs('root', 3);
    repository.serve('root', 2, repository.file('root'));
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.wrong-version' });
    expect(await client.versions()).toEqual(first);
  });

  it('by new content under the same version of the timestamp is not seen', async () => {
    const { repository, served, client } = await newCase();
    done(await client.refresh());
    const before = await client.trusted('timestamp');
    repository.timestamp.meta['snapshot.json'] = { version: 100 };
    repository.publishAs('timestamp', 1);
    done(await client.refresh());
    expect(await client.trusted('timestamp')).toEqual(before);
    expect(served.askedMetadata.at(-1)).toBe('timestamp.json');
  });

  it('is possible on purpose: new keys of a role end what a stolen one has driven up', async () => {
    const { repository, client } = await newCase();
    repository.publishAs('timestamp', 100);
    done(await client.refresh());
    repository.rotateKeys('timestamp');
    repository.publish('root').publishAs('timestamp', 1);
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ timestamp: 1 });

    repository.publishAs('snapshot', 99_999).publish('timestamp');
    done(await client.refresh());
    repository.rotateKeys('snapshot');
    repository.rotateKeys('timestamp');
    repository.publish('root').publishAs('snapshot', 1).publishAs('timestamp', 1);
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ timestamp: 1, snapshot: 1 });

    repository.publishAs('targets', 100).publish('snapshot', 'timestamp');
    done(await client.refresh());
    repository.rotateKeys('snapshot');
    repository.publish('root').publishAs('targets', 2).publish('snapshot', 'timestamp');
    done(await client.refresh());
    expect(await client.versions()).toMatchObject({ targets: 2 });
  });
});

describe('a freeze', () => {
  it.each(roles)('by expired %s metadata is refused', async (role) => {
    const { repository, client } = await newCase();
    done(await client.refresh());
    repository.targetsOf(role).expires = yesterday;
    repository.publish('root', 'targets', 'snapshot', 'timestamp');
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.expired' });
    // An expired root is kept (5.3.8 comes before 5.3.10), whatever else expired is not.
    expect(await client.versions()).toEqual(role === 'root' ? { ...first, root: 2 } : upTo[role]);
  });

  it.each(roles)('by %s metadata that never expire is refused', async (role) => {
    const { repository, client } = await newCase();
    for (const expires of ['never', '9999-99-99T00:00:00Z', '2099-02-30T00:00:00Z', '']) {
      repository.targetsOf(role).expires = expires;
      repository.publishAs('root', 2).publishAs('targets', 2).publishAs('snapshot', 2).publishAs('timestamp', 2);
      expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.malformed' });
    }
  });
});

describe('signatures', () => {
  const defects: Record<string, (envelope: Envelope) => unknown> = {
    missing: (envelope) => ({ ...envelope, signatures: [] }),
    'of another version': (envelope) => ({ ...envelope, signed: { ...envelope.signed, 'x-changed': true } }),
    'cut off': ({ signed, signatures }) => ({
      signed,
      signatures: signatures.map(({ keyid, sig }) => ({ keyid, sig: sig.slice(0, -2) })),
    }),
    empty: ({ signed, signatures }) => ({ signed, signatures: signatures.map(({ keyid }) => ({ keyid, sig: '' })) }),
    'under another key id': ({ signed, signatures }) => ({
      signed,
      signatures: signatures.map(({ sig }) => ({ keyid: thief.keyId, sig })),
    }),
  };
  const cases = roles.flatMap((role) => Object.keys(defects).map((defect) => ({ role, defect })));
  it.each(cases)('of $role metadata that are $defect are refused', async ({ role, defect }) => {
    const { repository, client } = await newCase();
    done(await client.refresh());
    repository.publish('root', 'targets', 'snapshot', 'timestamp').tamper(role, defects[defect]!);
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    expect(await client.versions()).toEqual(upTo[role]);
  });

  it.each(roles)("of %s metadata that are a thief's are refused", async (role) => {
    const { repository, client } = await newCase();
    done(await client.refresh());
    repository.signers.set(role, [thief]);
    repository.publish('root', 'targets', 'snapshot', 'timestamp');
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    expect(await client.versions()).toEqual(upTo[role]);
  });

  it.each(roles)('of %s metadata at the first refresh leave only what came before', async (role) => {
    const { repository, client } = await newCase();
    repository.signers.set(role, []);
    repository.publish('root', 'targets', 'snapshot', 'timestamp');
    expect((await client.refresh()).status).toBe(1);
    const trusted = { root: {}, timestamp: {}, snapshot: { timestamp: 2 }, targets: { timestamp: 2, snapshot: 2 } };
    expect(await client.versions()).toEqual({ root: role === 'root' ? 1 : 2, ...trusted[role] });
  });
});

describe('mix and match', () => {
  it('of a snapshot that is newer than the timestamp names is refused', async () => {
    const { repository, client } = await newCase();
    repository.serve('snapshot', 1, repository.publish('snapshot').file('snapshot'));
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.wrong-version' });
    expect(await client.versions()).toEqual({ root: 1, timestamp: 1 });
  });

  it('of targets that are newer than the snapshot names is refused', async () => {
    const { repository, client } = await newCase();
    repository.serve('targets', 1, repository.publish('targets').file('targets'));
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.wrong-version' });
    expect(await client.versions()).toEqual({ root: 1, timestamp: 1, snapshot: 1 });
  });

  it.each(['snapshot', 'targets'] as const)('of a %s with another hash is refused', async (role) => {
    const { repository, client } = await newCase({ before: (made) => (made.vouchesForHashes = true) });
    repository.publishAll();
    done(await client.refresh());
    repository.publishAll();
    repository.serve(role, 3, Buffer.concat([repository.file(role), Buffer.from(' ')]));
    expect((await client.refresh()).status).toBe(1);
    repository.serve(role, 3, Buffer.from(repository.file(role).toString('utf8').trimEnd().replace('\n', ' ')));
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.mismatch' });
    expect(await client.versions()).toMatchObject({ [role]: 2, targets: 2 });
  });

  it.each(['timestamp', 'snapshot', 'targets'] as const)('of a %s of another role is refused', async (role) => {
    const { repository, client } = await newCase();
    repository.serve(role, 1, repository.file(role === 'targets' ? 'snapshot' : 'targets'));
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.malformed' });
  });
});

/** Sends bytes until the client has had enough; more than any bound of it. */
function endless(response: ServerResponse): void {
  const part = Buffer.alloc(64 * 1024, ' ');
  let sent = 0;
  const send = () => {
    while (sent < 100_000_000) {
      sent += part.length;
      if (!response.write(part)) {
        response.once('drain', send);
        return;
      }
    }
    response.end();
  };
  send();
}

describe('endless data', () => {
  it.each(['2.root.json', 'timestamp.json', '1.snapshot.json', '1.targets.json'])('as %s ends', async (name) => {
    const { served, client } = await newCase();
    served.answers.set(name, endless);
    expect(await client.refresh()).toMatchObject({ status: 1, code: 'metadata.too-large' });
  });

  it('as an artifact ends at its length', async () => {
    const { repository, served, client } = await newCase();
    repository.addArtifact('targets', 'file', 'content');
    repository.publishAll();
    const { sha256 } = repository.targets.targets.file!.hashes;
    served.answers.set(`${sha256}.file`, endless);
    expect(await client.download('file')).toMatchObject({ status: 1, code: 'verification.failed' });
    expect(await client.downloaded()).toEqual([]);
  });
});

describe('an artifact', () => {
  it.each(['another', 'short', 'much longer than it was'])('that became %j is not taken', async (content) => {
    const { repository, client } = await newCase();
    repository.addArtifact('targets', 'kept', 'content');
    repository.addArtifact('targets', 'other', 'content');
    repository.publishAll();
    done(await client.download('kept'));
    for (const name of ['kept', 'other']) repository.artifacts.set(name, Buffer.from(content));
    done(await client.download('kept'));
    expect((await client.download('other')).status).toBe(1);
    expect(await client.downloaded()).toEqual(['content']);
    repository.publishAll();
    expect((await client.download('other')).status).toBe(1);
    expect(await client.downloaded()).toEqual(['content']);
  });

  it('that is not served is not there', async () => {
    const { repository, client } = await newCase();
    repository.addArtifact('targets', 'file', 'content');
    repository.publishAll();
    repository.artifacts.clear();
    expect((await client.download('file')).status).toBe(1);
    expect(await client.downloaded()).toEqual([]);
  });
});
