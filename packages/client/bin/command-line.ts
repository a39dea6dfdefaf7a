// The commands of the conformance suite: `init`, `refresh` and `download`, each from its arguments alone.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { MetadataWorkflow, type MetadataFetcher } from '@usher/trust';
import type { HttpClient } from '../src/engine/http-client.ts';
import { downloadArtifact } from './artifact.ts';
import { metadataFetcher } from './fetcher.ts';
import { MetadataFolder } from './metadata-folder.ts';

/** What a command needs of the machine. */
export interface Surroundings {
  readonly http: HttpClient;
  readonly now: Date;
}

const noNetwork: MetadataFetcher = { fetch: () => Promise.reject(new Error('init asks nothing of the repository')) };

/**
 * Runs one command; whatever it can't do is thrown.
 * @param args as CLIENT-CLI.md of the suite has them
 */
export async function runCommand(args: readonly string[], { http, now }: Surroundings): Promise<void> {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      'metadata-dir': { type: 'string' },
      'metadata-url': { type: 'string' },
      'target-name': { type: 'string' },
      'target-base-url': { type: 'string' },
      'target-dir': { type: 'string' },
    },
  });
  const needed = (name: keyof typeof values): string => {
    const value = values[name];
    if (value === undefined) throw new Error(`--${name} is missing`);
    return value;
  };
  const folder = new MetadataFolder(needed('metadata-dir'));
  const [command, trustedRoot, ...others] = positionals;
  if (others.length > 0 || (trustedRoot !== undefined) !== (command === 'init')) throw new Error(usage);

  const workflow = async () =>
    new MetadataWorkflow({
      url: withoutSlash(needed('metadata-url')),
      fetcher: metadataFetcher(http),
      state: await folder.read(),
      save: (state) => folder.write(state),
      now,
      keyPolicy: 'all',
    });
  switch (command) {
    case 'init':
      return init(folder, await readFile(trustedRoot ?? ''), now);
    case 'refresh':
      await (await workflow()).refresh();
      return;
    case 'download':
      return downloadArtifact({
        workflow: await workflow(),
        http,
        name: needed('target-name'),
        baseUrl: withoutSlash(needed('target-base-url')),
        folder: needed('target-dir'),
      });
    case undefined:
    default:
      throw new Error(usage);
  }
}

const usage = 'usage: tuf-conformance --metadata-dir DIR (init TRUSTED_ROOT | --metadata-url URL refresh | … download)';

/** Trusts a root from here on, if it is one. */
async function init(folder: MetadataFolder, root: Uint8Array, now: Date): Promise<void> {
  const state = { roots: [root], timestamp: null, etag: null, snapshot: null, targets: new Map() };
  // The workflow's constructor refuses what is no root, or not signed by itself.
  new MetadataWorkflow({ url: '', fetcher: noNetwork, state, save: () => Promise.resolve(), now, keyPolicy: 'all' });
  await folder.write(state);
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, '');
}
