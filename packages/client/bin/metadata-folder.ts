// The trusted metadata as the conformance suite looks at them: a file a role, without versions in the names.
import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { MetadataState } from '@usher/trust';
import { systemCode } from '../src/client-error.ts';
import { writeAtomically } from '../src/state/atomic-file.ts';
import { plainName } from './plain-name.ts';

const extension = '.json';

/** A folder of metadata. Only what has passed every check is ever written into it. */
export class MetadataFolder {
  readonly #path: string;
  #written: MetadataState | null = null;

  constructor(path: string) {
    this.#path = path;
  }

  /** What an earlier run left. The newest root is the trusted one: the chain to it was verified when it was written. */
  async read(): Promise<MetadataState> {
    const root = await this.#readRole('root');
    if (root === null) throw new Error(`${this.#path} holds no root.json: run init first`);
    const targets = new Map<string, Uint8Array>();
    for (const role of await this.#targetsRoles()) {
      const bytes = await this.#readRole(role);
      if (bytes !== null) targets.set(role, bytes);
    }
    const [timestamp, snapshot] = [await this.#readRole('timestamp'), await this.#readRole('snapshot')];
    this.#written = { roots: [root], timestamp, etag: null, snapshot, targets };
    return this.#written;
  }

  /** Writes what has changed since {@link read}, each file whole or not at all. */
  async write(state: MetadataState): Promise<void> {
    const old = this.#written;
    await mkdir(this.#path, { recursive: true });
    await this.#writeRole('root', state.roots.at(-1) ?? null, old?.roots.at(-1));
    await this.#writeRole('timestamp', state.timestamp, old?.timestamp);
    await this.#writeRole('snapshot', state.snapshot, old?.snapshot);
    for (const [role, bytes] of state.targets) await this.#writeRole(role, bytes, old?.targets.get(role));
    this.#written = state;
  }

  /** The roles whose names can be read off the files' names; a role with a longer name is fetched anew each time. */
  async #targetsRoles(): Promise<string[]> {
    const names = (await readdir(this.#path)).filter((name) => name.endsWith(extension));
    const roles = names.map((name) => roleOf(name.slice(0, -extension.length)));
    return roles.filter((role) => role !== null && !['root', 'timestamp', 'snapshot'].includes(role)) as string[];
  }

  async #readRole(role: string): Promise<Uint8Array | null> {
    try {
      return await readFile(this.#pathOf(role));
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return null;
      throw error;
    }
  }

  async #writeRole(role: string, bytes: Uint8Array | null, old: Uint8Array | null | undefined): Promise<void> {
    if (bytes !== null && bytes !== old) await writeAtomically(this.#pathOf(role), bytes);
  }

  #pathOf(role: string): string {
    return join(this.#path, `${plainName(role)}${extension}`);
  }
}

function roleOf(name: string): string | null {
  try {
    const role = decodeURIComponent(name);
    return plainName(role) === name ? role : null;
  } catch (error) {
    if (error instanceof URIError) return null;
    throw error;
  }
}
