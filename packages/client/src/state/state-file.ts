// One JSON document of the state: parsed at the boundary; one that can't be read is set aside, never in the way.
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import type * as z from 'zod';
import { systemCode } from '../client-error.ts';
import { removeFile, renameDurably, writeAtomically } from './atomic-file.ts';
import { isThere } from './presence.ts';

/** Told of every file that was set aside: where it lies now, and what was wrong with it. */
export type OnDamage = (damage: { readonly path: string; readonly setAsideAs: string; readonly why: string }) => void;

const mostSetAside = 20;

/** A JSON file of the state. Reads what its schema accepts, writes it whole or not at all. */
export class StateFile<Schema extends z.ZodType> {
  readonly path: string;
  readonly #schema: Schema;
  readonly #onDamage: OnDamage;

  constructor(path: string, schema: Schema, onDamage: OnDamage) {
    this.path = path;
    this.#schema = schema;
    this.#onDamage = onDamage;
  }

  /** The document; null where there is none, or where it was damaged (and is now set aside). */
  async read(): Promise<z.output<Schema> | null> {
    const text = await readTextOrSetAside(this.path, this.#onDamage);
    if (text === null) return null;
    const parsed = this.#schema.safeParse(parseJson(text));
    if (parsed.success) return parsed.data;
    await setAside(this.path, text === '' ? 'it is empty' : 'it is not of its form', this.#onDamage);
    return null;
  }

  /** Replaces the document. */
  async write(document: z.output<Schema>): Promise<void> {
    await writeAtomically(this.path, `${JSON.stringify(document, null, 2)}\n`);
  }

  async remove(): Promise<void> {
    await removeFile(this.path);
  }

  /** Puts the document in the place of another one of the same disk: at every moment it is in one of the two places. */
  async moveTo(other: StateFile<Schema>): Promise<void> {
    await renameDurably(this.path, other.path);
  }
}

/**
 * A file's bytes, or null where there is no such file. They are read at once: a file of the state is small, and handing
 * each of its four calls to another thread and back takes ten times as long as they do, a score of times in a start.
 */
export function readBytesIfThere(path: string): Promise<Buffer | null> {
  return new Promise((resolve) => {
    try {
      resolve(readFileSync(path));
    } catch (error) {
      // Below a file there is nothing either.
      if (!['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
      resolve(null);
    }
  });
}

/** A file's text, or null where there is no such file. */
export async function readTextIfThere(path: string): Promise<string | null> {
  return (await readBytesIfThere(path))?.toString('utf8') ?? null;
}

/**
 * What the system answers for a file that is none, or that the disk does not give back any more (Windows has a code for a
 * damaged file that Node has no name for).
 */
const unreadable: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  EIO: 'the disk does not give it back',
  UNKNOWN: 'the disk does not give it back',
};

/** A disk that was only short of something gives it back after a moment: nothing whole is to be set aside. */
const rereadDelaysMs = [20, 100];

/** A file's bytes, or null where there is none: what cannot be read as a file is set aside like any other damage. */
export async function readBytesOrSetAside(path: string, onDamage: OnDamage): Promise<Buffer | null> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await readBytesIfThere(path);
    } catch (error) {
      const code = systemCode(error) ?? '';
      const why = unreadable[code];
      if (why === undefined) throw error;
      const wait = code === 'EISDIR' ? undefined : rereadDelaysMs[tries];
      if (wait === undefined) {
        await setAside(path, why, onDamage);
        return null;
      }
      await delay(wait);
    }
  }
}

/** The same as text. */
export async function readTextOrSetAside(path: string, onDamage: OnDamage): Promise<string | null> {
  return (await readBytesOrSetAside(path, onDamage))?.toString('utf8') ?? null;
}

/**
 * Renames a damaged file to `NAME.damaged-N` with the first free N (the last is overwritten), and tells of it. Where another
 * client has done so just now, there is nothing to do.
 */
export async function setAside(path: string, why: string, onDamage: OnDamage): Promise<void> {
  let number = 1;
  while (number < mostSetAside && (await isThere(`${path}.damaged-${number}`))) number += 1;
  const setAsideAs = `${path}.damaged-${number}`;
  try {
    await renameDurably(path, setAsideAs);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return;
    throw error;
  }
  onDamage({ path, setAsideAs, why });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // No schema of the state accepts undefined, so this is damage like any other.
    return undefined;
  }
}
