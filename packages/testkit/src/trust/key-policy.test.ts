// Which keys count: in our own catalogues those that we make, though the workflow can verify every kind.
import { expect, it } from 'vitest';
import { MetadataWorkflow, TrustError } from '@usher/trust';
import { TufSimulator } from './tuf-simulator.ts';
import type { TufKeyKind } from './tuf-test-key.ts';

const now = new Date('2026-11-22T08:00:00Z');

async function refresh(repository: TufSimulator, keyPolicy?: 'ed25519' | 'all'): Promise<string> {
  try {
    const workflow = new MetadataWorkflow({
      url: '',
      state: { roots: [repository.fileAt('root', 1)], timestamp: null, etag: null, snapshot: null, targets: new Map() },
      save: () => Promise.resolve(),
      now,
      fetcher: {
        fetch: (url) => {
          const [, version, role = ''] = /^\/(?:(\d+)\.)?(.+)\.json$/.exec(url) ?? [];
          const bytes =
            version === undefined ? repository.newest.get(role) : repository.published.get(role)?.get(Number(version));
          return Promise.resolve(bytes === undefined ? { status: 'missing' } : { status: 'found', bytes });
        },
      },
      ...(keyPolicy === undefined ? {} : { keyPolicy }),
    });
    await workflow.refresh();
    return 'accepted';
  } catch (error) {
    if (error instanceof TrustError) return error.code;
    throw error;
  }
}

it.each<[TufKeyKind, string]>([
  ['ed25519', 'accepted'],
  ['ecdsa', 'metadata.bad-signature'],
  ['rsa', 'metadata.bad-signature'],
])('a catalogue signed with %s keys is %s unless every kind is asked for', async (kind, outcome) => {
  expect(await refresh(new TufSimulator(now, kind))).toBe(outcome);
  expect(await refresh(new TufSimulator(now, kind), 'all')).toBe('accepted');
});

it.each(['timestamp', 'snapshot', 'targets'])('no role may have another kind of key: %s', async (role) => {
  const repository = new TufSimulator(now);
  repository.setKeys(role, [repository.newKey('ecdsa')], 1);
  repository.publish('root').publishAll();
  expect(await refresh(repository)).toBe('metadata.bad-signature');
  expect(await refresh(repository, 'all')).toBe('accepted');
});
