// Metadata of the catalogue, changed in what they say (and signed as they should be), in their bytes, or on the disk of
// the workstation: accepted whole, or refused with a code.
import fc from 'fast-check';
import { MetadataWorkflow, TrustError, type MetadataState } from '@usher/trust';
import { TufSimulator, type SignedPart } from '../trust/tuf-simulator.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import {
  byteChanges,
  changedBytes,
  changedJson,
  jsonChanges,
  sometimes,
  type ByteChange,
  type JsonChange,
} from './mutations.ts';

const now = new Date('2026-11-22T08:00:00Z');
const roles = ['root', 'timestamp', 'snapshot', 'targets', 'delegated'] as const;

interface Damage {
  readonly role: (typeof roles)[number];
  /** Changes of what the role says, before it is signed. */
  readonly said: readonly JsonChange[] | null;
  /** Changes of the file as served. */
  readonly served: readonly ByteChange[] | null;
  /** Changes of the file as kept from an earlier run. */
  readonly kept: readonly ByteChange[] | null;
}

/** A repository that the changes are made to, and a state that follows it. */
function goodRepository(): TufSimulator {
  const repository = new TufSimulator(now);
  repository.delegate('targets', 'delegated', { paths: ['a/*'] });
  repository.addArtifact('targets', 'file', 'content');
  repository.addArtifact('delegated', 'a/file', 'content');
  repository.vouchesForHashes = true;
  return repository.publishAll();
}

function damaged({ role, said, served }: Damage): TufSimulator {
  const repository = goodRepository();
  repository.publish('root');
  if (said !== null) {
    const part = changedJson(repository.parts.get(role), said);
    if (typeof part === 'object' && part !== null && !Array.isArray(part))
      repository.parts.set(role, part as SignedPart);
    publishThrough(repository, role);
  }
  if (served !== null) {
    const bytes = changedBytes(repository.file(role), served);
    for (const version of repository.published.get(role)?.keys() ?? []) {
      if (role !== 'root' || version > 1) repository.serve(role, version, bytes);
    }
  }
  return repository;
}

/** Serves what the role now says, signed by its keys, with everything above it vouching for that. */
function publishThrough(repository: TufSimulator, role: Damage['role']): void {
  const part = repository.parts.get(role);
  if (part === undefined) return;
  if (role === 'root') {
    repository.serve('root', 2, repository.sign(part, repository.signersOf('root')));
    return;
  }
  // With the version that it says, where it says one, so that the check of its form comes before that of its version.
  const version = typeof part.version === 'number' ? part.version : 2;
  const above = { delegated: 'snapshot', targets: 'snapshot', snapshot: 'timestamp', timestamp: null }[role];
  const bytes = repository.sign(part, repository.signersOf(role));
  repository.serve(role, version, bytes);
  if (above === null) return;
  const listing = above === 'snapshot' ? repository.snapshot : repository.timestamp;
  listing.meta[`${role}.json`] = { version };
  repository.publish(...(above === 'snapshot' ? ['snapshot', 'timestamp'] : ['timestamp']));
}

function served(repository: TufSimulator, url: string): Uint8Array | undefined {
  const [, version, role = ''] = /^\/(?:(\d+)\.)?(.+)\.json$/.exec(url) ?? [];
  return version === undefined ? repository.newest.get(role) : repository.published.get(role)?.get(Number(version));
}

/** Follows the repository from the state; what was reached, and whether by the end. */
async function follow(repository: TufSimulator, from: MetadataState): Promise<MetadataState> {
  let state = from;
  try {
    const workflow = new MetadataWorkflow({
      url: '',
      state,
      save: (kept) => {
        state = kept;
        return Promise.resolve();
      },
      now,
      fetcher: {
        fetch: (url) => {
          const bytes = served(repository, url);
          return Promise.resolve(bytes === undefined ? { status: 'missing' } : { status: 'found', bytes });
        },
      },
    });
    await workflow.refresh();
    for (const path of ['file', 'a/file', 'a/other', '__proto__']) await workflow.findTarget(path);
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
  }
  return state;
}

const versionOf = (bytes: Uint8Array | null | undefined): number =>
  bytes ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as { signed: { version: number } }).signed.version : 0;

/** The metadata workflow under damage. */
export const metadataTarget: FuzzTarget<Damage> = {
  name: 'metadata',
  roundSize: 100,
  slowest: 2_000,
  shrinks: true,
  open: () => {
    const trusted = goodRepository();
    const first: MetadataState = {
      roots: [trusted.fileAt('root', 1)],
      timestamp: null,
      etag: null,
      snapshot: null,
      targets: new Map(),
    };
    return Promise.resolve({
      inputs: fc.record({
        role: fc.constantFrom(...roles),
        said: fc.option(jsonChanges, { freq: 4 }),
        served: sometimes(byteChanges, 4),
        kept: sometimes(byteChanges, 4),
      }),
      check: async (damage) => {
        const reached = await follow(damaged(damage), { ...first, roots: [goodRepository().fileAt('root', 1)] });
        for (const bytes of [...reached.roots, reached.timestamp, reached.snapshot, ...reached.targets.values()]) {
          if (bytes !== null && !(versionOf(bytes) >= 1)) throw new Error('metadata without a version were kept');
        }
        const kept = damage.kept;
        const state: MetadataState =
          kept === null
            ? reached
            : {
                ...reached,
                timestamp: reached.timestamp && changedBytes(reached.timestamp, kept),
                snapshot: reached.snapshot && changedBytes(reached.snapshot, kept),
                targets: new Map([...reached.targets].map(([role, bytes]) => [role, changedBytes(bytes, kept)])),
              };
        const again = await follow(damaged(damage), state);
        if (kept !== null) return;
        const isOlder = (['timestamp', 'snapshot'] as const).some(
          (role) => versionOf(again[role]) < versionOf(reached[role]),
        );
        if (isOlder) throw new Error('a second look at the same repository led back');
      },
      close: () => Promise.resolve(),
    });
  },
};
