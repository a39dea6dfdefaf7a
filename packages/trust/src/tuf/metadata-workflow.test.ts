// Tests of the workflow where the catalogue itself does not lead: delegated targets, and repositories made by others.
import { beforeEach, describe, expect, it } from 'vitest';
import { publicKeyHex, type SigningKey } from '../keys.ts';
import { testKey } from '../test-support/keys.ts';
import { refusalOf, refusalOfAsync } from '../test-support/refusal.ts';
import { forged, roleKeys, TestRepository } from '../test-support/repository.ts';
import { TestFetcher } from '../test-support/workstation.ts';
import { sha256Of } from './catalogue-documents.ts';
import { followRoots, MetadataWorkflow, type MetadataState } from './metadata-workflow.ts';
import { addRootVersion } from './repository.ts';

const now = new Date('2026-11-22T08:00:00Z');
const delegate = testKey('delegate');

let repository: TestRepository;
let state: MetadataState;
let fetcher: TestFetcher;

beforeEach(() => {
  repository = new TestRepository(now);
  fetcher = new TestFetcher(repository.files);
  state = { roots: [repository.repository.root], timestamp: null, etag: null, snapshot: null, targets: new Map() };
});

function workflow(): MetadataWorkflow {
  return new MetadataWorkflow({
    url: 'http://127.0.0.1/tuf',
    fetcher,
    state,
    save: (kept) => {
      state = kept;
      return Promise.resolve();
    },
    now,
  });
}

async function find(path: string): Promise<string | null> {
  const run = workflow();
  await run.refresh();
  return (await run.findTarget(path))?.hashes.sha256 ?? null;
}

type Delegation = { name: string; paths: string[]; terminating?: boolean; keys?: SigningKey[]; threshold?: number };
type Role = {
  delegations?: Delegation[];
  targets?: string[];
  signers?: SigningKey[];
  version?: number;
  expires?: string;
};

const targetsOf = (role: string, paths: string[] = []) =>
  Object.fromEntries(
    paths.map((path) => [path, { length: 1, hashes: { sha256: sha256Of(Buffer.from(role + path)) } }]),
  );

/** What a role says of the path, as `find` gives it. */
const from = (role: string, path: string) => sha256Of(Buffer.from(role + path));

const delegationsOf = (delegations: Delegation[] = []) => {
  const keys = delegations.flatMap((delegation) => delegation.keys ?? [delegate]);
  return {
    keys: Object.fromEntries(
      keys.map((key) => [
        key.keyId,
        { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: publicKeyHex(key.publicKey) } },
      ]),
    ),
    roles: delegations.map(({ name, paths, terminating = false, keys: own = [delegate], threshold = 1 }) => ({
      name,
      paths,
      terminating,
      keyids: own.map((key) => key.keyId),
      threshold,
    })),
  };
};

/** Publishes delegated roles beside the top one; `vouched` says what the snapshot says of them. */
function publish(roles: Record<string, Role>, vouched: Record<string, object> = {}): void {
  const { targets: top = {}, ...others } = roles;
  repository.forge(
    '1.targets.json',
    (signed) => ({
      ...signed,
      targets: targetsOf('targets', top.targets),
      delegations: delegationsOf(top.delegations),
    }),
    [roleKeys.targets],
  );
  const meta: Record<string, object> = { 'targets.json': { version: 1 } };
  for (const [name, { delegations, targets, signers = [delegate], version = 1, expires }] of Object.entries(others)) {
    const content = {
      _type: 'targets',
      spec_version: '1.0.31',
      version,
      expires: expires ?? '2027-01-01T00:00:00Z',
      targets: targetsOf(name, targets),
      ...(delegations ? { delegations: delegationsOf(delegations) } : {}),
    };
    const bytes = forged(repository.repository.targets, () => content, signers);
    repository.files.set(`1.${encodeURIComponent(name)}.json`, bytes);
    meta[`${name}.json`] = { version: 1, length: bytes.length, hashes: { sha256: sha256Of(bytes) } };
  }
  repository.forgeThrough('snapshot', (signed) => ({ ...signed, meta: { ...meta, ...vouched } }));
}

describe('delegated targets', () => {
  it('are found where the path is delegated', async () => {
    publish({ targets: { delegations: [{ name: 'a', paths: ['a/*'] }] }, a: { targets: ['a/1', 'b/1'] } });
    expect(await find('a/1')).toBe(from('a', 'a/1'));
    expect(await find('b/1')).toBeNull();
    expect(await find('a/2')).toBeNull();
  });

  it('come after those of the delegating role', async () => {
    publish({
      targets: { targets: ['a/1'], delegations: [{ name: 'a', paths: ['a/*'] }] },
      a: { targets: ['a/1'] },
    });
    expect(await find('a/1')).toBe(from('targets', 'a/1'));
  });

  it('are searched depth first, in the order in which they are named', async () => {
    publish({
      targets: {
        delegations: [
          { name: 'a', paths: ['*'] },
          { name: 'b', paths: ['*'] },
        ],
      },
      a: { delegations: [{ name: 'c', paths: ['*'] }] },
      b: { targets: ['1', '2'] },
      c: { targets: ['1'] },
    });
    expect(await find('1')).toBe(from('c', '1'));
    expect(await find('2')).toBe(from('b', '2'));
  });

  it('end with a terminating delegation', async () => {
    publish({
      targets: {
        delegations: [
          { name: 'a', paths: ['*'], terminating: true },
          { name: 'b', paths: ['*'] },
        ],
      },
      a: {},
      b: { targets: ['1'] },
    });
    expect(await find('1')).toBeNull();
  });

  it('end where delegations run in a circle', async () => {
    publish({
      targets: { delegations: [{ name: 'a', paths: ['*'] }] },
      a: { delegations: [{ name: 'b', paths: ['*'] }] },
      b: { delegations: [{ name: 'a', paths: ['*'] }] },
    });
    expect(await find('1')).toBeNull();
  });

  it('are visited 32 roles deep at most', async () => {
    const names = Array.from({ length: 40 }, (_, index) => `role${index}`);
    const chain = names.map((name, index): [string, Role] => {
      const next = names[index + 1];
      return [name, { targets: [`in ${index}`], delegations: next ? [{ name: next, paths: ['*'] }] : [] }];
    });
    publish({ targets: { delegations: [{ name: 'role0', paths: ['*'] }] }, ...Object.fromEntries(chain) });
    expect(await find('in 30')).toBe(from('role30', 'in 30'));
    expect(await find('in 31')).toBeNull();
  });

  it.each(['..', '../../a', 'a b', 'a"b\\', '.', '/', 'ä', '?', '#'])(
    'of a role called %j are fetched under its quoted name',
    async (name) => {
      publish({ targets: { delegations: [{ name, paths: ['*'] }] }, [name]: { targets: ['1'] } });
      expect(await find('1')).toBe(from(name, '1'));
      expect(fetcher.asked).toContain(`1.${encodeURIComponent(name)}.json`);
    },
  );

  it('are kept, and not fetched twice', async () => {
    publish({ targets: { delegations: [{ name: 'a', paths: ['*'] }] }, a: { targets: ['1'] } });
    await find('1');
    fetcher.takeAsked();
    expect(await find('1')).toBe(from('a', '1'));
    expect(fetcher.asked).toEqual(['timestamp.json']);
  });

  it('are verified anew where another role delegates to them with other keys', async () => {
    const other = testKey('other');
    publish({
      targets: {
        delegations: [
          { name: 'a', paths: ['1'] },
          { name: 'b', paths: ['2'] },
        ],
      },
      a: { delegations: [{ name: 'c', paths: ['*'] }] },
      b: { delegations: [{ name: 'c', paths: ['*'], keys: [other] }] },
      c: { targets: ['1', '2'] },
    });
    const run = workflow();
    await run.refresh();
    expect((await run.findTarget('1'))?.hashes.sha256).toBe(from('c', '1'));
    expect(await refusalOfAsync(() => run.findTarget('2'))).toBe('metadata.bad-signature');
  });

  const delegating = (more: Partial<Delegation> = {}) => ({ delegations: [{ name: 'a', paths: ['*'], ...more }] });
  it.each([
    ['signed by another', { targets: delegating(), a: { signers: [roleKeys.targets] } }, {}, 'metadata.bad-signature'],
    ['not signed', { targets: delegating(), a: { signers: [] } }, {}, 'metadata.bad-signature'],
    [
      'signed by too few',
      { targets: delegating({ keys: [delegate, testKey('other')], threshold: 2 }), a: {} },
      {},
      'metadata.bad-signature',
    ],
    ['expired', { targets: delegating(), a: { expires: '2026-11-22T07:59:59Z' } }, {}, 'metadata.expired'],
    [
      'of another version than the snapshot says',
      { targets: delegating(), a: { version: 2 } },
      {},
      'metadata.wrong-version',
    ],
    ['not in the snapshot', { targets: delegating() }, {}, 'metadata.missing'],
    ['not served', { targets: delegating() }, { 'a.json': { version: 1 } }, 'metadata.missing'],
    [
      'not what the snapshot says',
      { targets: delegating(), a: {} },
      { 'a.json': { version: 1, length: 9999 } },
      'metadata.mismatch',
    ],
    [
      'longer than the snapshot says',
      { targets: delegating(), a: {} },
      { 'a.json': { version: 1, length: 9 } },
      'metadata.too-large',
    ],
  ])('are refused when they are %s', async (_what, roles, vouched, code) => {
    publish(roles, vouched);
    expect(await refusalOfAsync(() => find('1'))).toBe(code);
  });

  it('are refused where they take the name of a top role', async () => {
    publish({ targets: { delegations: [{ name: 'snapshot', paths: ['*'] }] } });
    expect(await refusalOfAsync(() => find('1'))).toBe('metadata.malformed');
  });
});

describe('a repository without consistent snapshots', () => {
  it('is read by plain names', async () => {
    repository.take(addRootVersion(repository.repository, repository.making));
    repository.forge('2.root.json', (signed) => ({ ...signed, consistent_snapshot: false }), [roleKeys.root]);
    for (const role of ['snapshot', 'targets']) {
      repository.files.set(`${role}.json`, repository.files.get(`1.${role}.json`)!);
      repository.files.delete(`1.${role}.json`);
    }
    await workflow().refresh();
    expect(fetcher.asked).toEqual(['2.root.json', '3.root.json', 'timestamp.json', 'snapshot.json', 'targets.json']);
  });
});

describe('a chain of roots', () => {
  it('is followed at most 256 steps in one run, and further in the next', async () => {
    for (let version = 2; version <= 261; version += 1) {
      const root = forged(repository.repository.root, (signed) => ({ ...signed, version }), [roleKeys.root]);
      repository.files.set(`${version}.root.json`, root);
    }
    const first = workflow();
    await first.refresh();
    expect(first.trusted.root.signed.version).toBe(257);
    fetcher.givesEtags = false;
    state = { ...state, etag: null };
    const second = workflow();
    await second.refresh();
    expect(second.trusted.root.signed.version).toBe(261);
    expect(state.roots).toHaveLength(261);
  });

  it('needs a beginning that is signed by itself, and no gap', () => {
    expect(refusalOf(() => followRoots([], now))).toBe('metadata.missing');
    const unsigned = forged(repository.repository.root, (signed) => signed, []);
    expect(refusalOf(() => followRoots([unsigned], now))).toBe('metadata.bad-signature');
    const second = addRootVersion(repository.repository, repository.making);
    const third = addRootVersion(second.repository, repository.making);
    const roots = [repository.repository.root, third.repository.root];
    expect(refusalOf(() => followRoots(roots, now))).toBe('metadata.wrong-version');
  });
});
