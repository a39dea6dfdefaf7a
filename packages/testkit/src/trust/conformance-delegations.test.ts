// Delegations as the public conformance suite plays them: in which order roles are visited, and what of them is refused.
import { readdir } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { conformanceCases, done } from './conformance-setup.ts';
import { tufInstant, type TufSimulator } from './tuf-simulator.ts';
import { TufTestKey } from './tuf-test-key.ts';

const newCase = conformanceCases();
const day = 86_400_000;
const tomorrow = tufInstant(new Date(Date.now() + day));
const yesterday = tufInstant(new Date(Date.now() - day));

/** Who delegates to whom: which paths (every one, unless told otherwise), and whether that ends the search elsewhere. */
type Delegations = readonly (readonly [from: string, to: string, options?: { paths?: string[]; terminating?: true }])[];

function delegate(repository: TufSimulator, delegations: Delegations): void {
  const keys = new Map<string, TufTestKey>();
  for (const [from, to, options = {}] of delegations) {
    const key = keys.get(to) ?? repository.newKey();
    keys.set(to, key);
    repository.delegate(from, to, { ...options, keys: [key] });
    repository.signers.set(to, [key]);
  }
}

/** The roles among what was asked for, after the four of the top. */
const visited = (asked: readonly string[]) =>
  asked.slice(4).map((name) => decodeURIComponent(name.replace(/^\d+\./, '').replace(/\.json$/, '')));

describe('the search', () => {
  const terminating = true as const;
  const graphs: Record<string, { delegations: Delegations; order: string[] }> = {
    'one role': { delegations: [['targets', 'A']], order: ['A'] },
    'two roles': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
      ],
      order: ['A', 'B'],
    },
    'two levels': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['B', 'C'],
      ],
      order: ['A', 'B', 'C'],
    },
    'the deep before the next': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C'],
        ['A', 'D'],
      ],
      order: ['A', 'C', 'D', 'B'],
    },
    'the deepest before the next': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C'],
        ['C', 'D'],
      ],
      order: ['A', 'C', 'D', 'B'],
    },
    'an end to it': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C', { terminating }],
        ['A', 'D'],
      ],
      order: ['A', 'C'],
    },
    'an end, but for what comes under it': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C', { terminating }],
        ['C', 'D'],
      ],
      order: ['A', 'C', 'D'],
    },
    'not where the path is not delegated': {
      delegations: [
        ['targets', 'A', { paths: ['*.py'] }],
        ['targets', 'B'],
        ['A', 'C'],
      ],
      order: ['B'],
    },
    'not below where the path is not delegated': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['A', 'C', { paths: ['*.py'] }],
        ['C', 'D'],
      ],
      order: ['A', 'B'],
    },
    'a circle': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['B', 'C'],
        ['C', 'D'],
        ['D', 'B'],
      ],
      order: ['A', 'B', 'C', 'D'],
    },
    'two ways to one': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['B', 'C'],
        ['A', 'C'],
      ],
      order: ['A', 'C', 'B'],
    },
    'two ways to one, by different paths': {
      delegations: [
        ['targets', 'A'],
        ['targets', 'B'],
        ['B', 'C'],
        ['A', 'C', { paths: ['*.py'] }],
      ],
      order: ['A', 'B', 'C'],
    },
  };
  it.each(Object.keys(graphs))('visits in order: %s', async (name) => {
    const { repository, served, client } = await newCase();
    const { delegations, order } = graphs[name]!;
    delegate(repository, delegations);
    repository.publishAll();
    expect((await client.download('missing')).status).toBe(1);
    expect(visited(served.takeAsked())).toEqual(order);
  });

  const tree: Delegations = [
    ['targets', 'A', { paths: ['*.doc', '*.md'] }],
    ['targets', 'B', { paths: ['releases/*/*'] }],
    ['B', 'C', { paths: ['releases/x/*'] }],
    ['B', 'D', { paths: ['releases/y/*.zip'] }],
  ];
  const artifacts = [
    ['targets', 'targetfile', []],
    ['A', 'README.md', ['A']],
    ['C', 'releases/x/x_v1', ['B', 'C']],
    ['D', 'releases/y/y_v1.zip', ['B', 'D']],
  ] as const;
  const publishTree = (repository: TufSimulator) => {
    delegate(repository, tree);
    for (const [role, path] of artifacts) repository.addArtifact(role, path, `${path} by ${role}`);
    repository.addArtifact('D', 'releases/z/z_v1.zip', 'not for D to say');
    repository.addArtifact('A', 'a/README.md', 'not for A to say');
    repository.publishAll();
  };

  it.each(artifacts)('finds what %s says of %s', async (role, path, order) => {
    const { repository, served, client } = await newCase();
    publishTree(repository);
    done(await client.download(path));
    expect(await client.downloaded()).toEqual([`${path} by ${role}`]);
    expect(visited(served.takeAsked())).toEqual(order);
  });

  it.each([
    ['releases/z/z_v1.zip', ['B']],
    ['a/README.md', []],
  ])('does not find %s, which nobody was to speak of', async (path, order) => {
    const { repository, served, client } = await newCase();
    publishTree(repository);
    expect((await client.download(path)).status).toBe(1);
    expect(visited(served.takeAsked())).toEqual(order);
    expect(await client.downloaded()).toEqual([]);
  });
});

describe('a delegated role', () => {
  it.each(['?', '#', '/role', '../role', '../../role', '..', '.', '%2f', 'a b', '"', "it's", 'ä😀', 'x'.repeat(200)])(
    'may be named %j, in addresses as in file names',
    async (role) => {
      const { repository, served, client } = await newCase();
      delegate(repository, [['targets', role]]);
      repository.addArtifact(role, 'file', 'content');
      repository.publishAll();
      done(await client.download('file'));
      expect(served.takeAsked()).toContain(`1.${encodeURIComponent(role)}.json`);
      expect(await readdir(client.metadataFolder)).toHaveLength(5);
      expect((await readdir(client.folder)).sort()).toEqual(['initial_root.json', 'metadata', 'targets']);
    },
  );

  it.each(['root', 'timestamp', 'snapshot', 'targets'])('may not be named %s', async (role) => {
    const { repository, client } = await newCase();
    const key = repository.newKey();
    repository.targets.delegations = {
      keys: { [key.keyId]: key.description },
      roles: [{ name: role, keyids: [key.keyId], threshold: 1, terminating: false, paths: ['*'] }],
    };
    repository.publishAll();
    expect(await client.download('file')).toMatchObject({ status: 1, code: 'metadata.malformed' });
  });

  it('that has expired is not believed, whether new or known', async () => {
    const { repository, client } = await newCase();
    delegate(repository, [['targets', 'role']]);
    repository.addArtifact('role', 'file', 'content');
    repository.targetsOf('role').expires = yesterday;
    repository.publishAll();
    done(await client.refresh());
    expect(await client.download('file')).toMatchObject({ status: 1, code: 'metadata.expired' });
    expect(await client.versions()).not.toHaveProperty('role');

    await client.plant('role', repository.file('role'));
    expect(await client.download('file')).toMatchObject({ status: 1, code: 'metadata.expired' });
    expect(await client.downloaded()).toEqual([]);

    repository.targetsOf('role').expires = tomorrow;
    repository.publish('role', 'snapshot', 'timestamp');
    done(await client.download('file'));
    expect(await client.versions()).toMatchObject({ role: 2 });
  });

  it('is verified anew under the role that delegates to it now', async () => {
    const { repository, client } = await newCase();
    delegate(repository, [
      ['targets', 'A', { paths: ['a'] }],
      ['targets', 'B', { paths: ['b'] }],
      ['A', 'C'],
    ]);
    repository.delegate('B', 'C', { keys: [TufTestKey.numbered(3000)] });
    repository.signers.set('C', repository.signersOf('C').slice(0, 1));
    for (const name of ['a', 'b']) repository.addArtifact('C', name, name);
    repository.publishAll();
    done(await client.download('a'));
    expect(await client.download('b')).toMatchObject({ status: 1, code: 'metadata.bad-signature' });
    expect(await client.downloaded()).toEqual(['a']);
  });

  it('is refused where it is rolled back, mixed, not signed, or not as vouched for', async () => {
    const publish = async (defect: (repository: TufSimulator) => void) => {
      const { repository, client } = await newCase({ before: (made) => (made.vouchesForHashes = true) });
      delegate(repository, [['targets', 'role']]);
      repository.addArtifact('role', 'file', 'content');
      repository.publish('role').publishAll();
      done(await client.download('file'));
      repository.publishAll();
      defect(repository);
      const outcome = await client.download('file');
      expect(await client.versions()).toMatchObject({ role: 2 });
      return outcome.code;
    };
    const rolledBack = (repository: TufSimulator) => {
      repository.publishAs('role', 1).publish('snapshot', 'timestamp');
    };
    const tampered = (repository: TufSimulator) => {
      repository.tamper('role', (envelope) => ({ ...envelope, signatures: [] }));
    };
    const unsigned = (repository: TufSimulator) => {
      repository.signers.set('role', []);
      repository.publish('role', 'snapshot', 'timestamp');
    };
    const mixed = (repository: TufSimulator) => {
      const old = repository.fileAt('role', 2);
      repository.serve('role', 3, old);
      delete repository.snapshot.meta['role.json']?.hashes;
      delete repository.snapshot.meta['role.json']?.length;
      repository.publish('snapshot', 'timestamp');
    };
    expect(await publish(rolledBack)).toBe('metadata.rolled-back');
    expect(await publish(tampered)).toBe('metadata.mismatch');
    expect(await publish(unsigned)).toBe('metadata.bad-signature');
    expect(await publish(mixed)).toBe('metadata.wrong-version');
  });

  it('that the snapshot does not list, or that is not served, ends the search', async () => {
    const { repository, client } = await newCase();
    delegate(repository, [
      ['targets', 'role'],
      ['targets', 'next'],
    ]);
    repository.addArtifact('next', 'file', 'content');
    repository.publishAll();
    delete repository.snapshot.meta['role.json'];
    repository.publish('snapshot', 'timestamp');
    expect(await client.download('file')).toMatchObject({ status: 1, code: 'metadata.missing' });
    repository.publish('role', 'snapshot', 'timestamp');
    repository.published.delete('role');
    expect(await client.download('file')).toMatchObject({ status: 1, code: 'metadata.missing' });
    expect(await client.downloaded()).toEqual([]);
  });
});
