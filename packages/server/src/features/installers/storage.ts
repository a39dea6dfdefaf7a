// Where installer files lie: by their content, written once, whole or not at all.
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { access, mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Clock } from '../../clock.ts';
import { isOutOfRoom } from '../../database/out-of-room.ts';
import { newSecret, type Random } from '../../ids.ts';
import { ProblemError } from '../../problem-error.ts';
import { syncToDisk } from '../../sync-to-disk.ts';

/** A file that has arrived and lies aside, until it is kept or discarded. */
export interface ReceivedFile {
  readonly path: string;
  /** Bytes. */
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
}

/** The files of a data folder. Several processes may share it. */
export interface InstallerStorage {
  /**
   * Writes a stream aside, hashing it on the way, and makes it durable. Nothing stays where it fails.
   * @throws ProblemError `installer.too-large`, `installer.disk-full`; and what the stream fails with
   */
  receive(source: Readable): Promise<ReceivedFile>;
  /** Puts a received file into its place, durably. May be called again where a transaction runs again. */
  keep(file: ReceivedFile): Promise<void>;
  /** Removes a received file that was not kept. */
  discard(file: ReceivedFile): Promise<void>;
  /** Where the file with that SHA-256 lies, or would. */
  pathOf(sha256: string): string;
  /** Removes the file with that SHA-256, if it is there. */
  remove(sha256: string): Promise<void>;
  /**
   * Removes what an earlier end left behind: files aside, and files that no installer has.
   * @param isKnown whether an installer has the file with that SHA-256
   * @param olderThan milliseconds; younger files may belong to an upload under way in another process
   * @returns how many files were removed
   */
  sweep(isKnown: (sha256: string) => Promise<boolean>, olderThan: number): Promise<number>;
}

/** What the storage needs. */
export interface StorageTools {
  /** The folder of the installers, made where it is missing. */
  readonly folder: string;
  /** Bytes that one file may have at most. */
  readonly mostBytes: number;
  readonly clock: Clock;
  readonly random: Random;
  /** Opens the file that an upload is written to; something else in tests. */
  readonly openSink?: (path: string) => Writable;
}

const mode = 0o600;
const folderMode = 0o700;
const hashPattern = /^[0-9a-f]{64}$/;

/** Makes the storage. Nothing is touched before it is used. */
export function makeInstallerStorage(tools: StorageTools): InstallerStorage {
  const { folder, mostBytes, clock, random, openSink = openDurably } = tools;
  const aside = join(folder, 'incoming');
  const folderOf = (sha256: string) => join(folder, sha256.slice(0, 2));
  const pathOf = (sha256: string) => join(folderOf(sha256), sha256);

  return {
    pathOf,
    receive: async (source) => {
      await mkdir(aside, { recursive: true, mode: folderMode });
      const path = join(aside, newSecret(random));
      const hash = createHash('sha256');
      let size = 0;
      try {
        await pipeline(
          source,
          async function* (chunks: AsyncIterable<Buffer>) {
            for await (const chunk of chunks) {
              size += chunk.length;
              if (size > mostBytes) throw tooLarge(mostBytes);
              hash.update(chunk);
              yield chunk;
            }
          },
          openSink(path),
        );
      } catch (error) {
        await rm(path, { force: true });
        throw isOutOfRoom(error) ? new ProblemError('installer.disk-full', undefined, { cause: error }) : error;
      }
      return { path, size, sha256: hash.digest('hex') };
    },
    keep: async ({ path, sha256 }) => {
      const target = pathOf(sha256);
      await mkdir(folderOf(sha256), { recursive: true, mode: folderMode });
      try {
        const now = new Date(clock.now());
        await utimes(path, now, now);
        await rename(path, target);
      } catch (error) {
        // The transaction ran before, up to here.
        if (!hasCode(error, 'ENOENT')) throw error;
        await access(target);
      }
      for (const changed of [folderOf(sha256), folder]) await syncToDisk(changed);
    },
    discard: async ({ path }) => rm(path, { force: true }),
    remove: async (sha256) => {
      await rm(pathOf(sha256), { force: true });
    },
    sweep: async (isKnown, olderThan) => {
      const isOld = async (path: string): Promise<boolean> =>
        olderThan === 0 || clock.now() - (await stat(path)).mtimeMs > olderThan;
      let removed = 0;
      for (const { path, name, isAside } of await filesIn(folder, aside)) {
        if (!isAside && (await isKnown(name))) continue;
        if (!(await isOld(path))) continue;
        await rm(path, { force: true });
        removed += 1;
      }
      return removed;
    },
  };
}

/** The refusal of a file that is too large, with the limit in words. */
export function tooLarge(mostBytes: number): ProblemError {
  return new ProblemError(
    'installer.too-large',
    `The file has more than ${mostBytes} bytes, the most that this server accepts (USHER_MAX_UPLOAD).`,
  );
}

/** Flushed to the disk before it counts as written. */
function openDurably(path: string): Writable {
  return createWriteStream(path, { flags: 'wx', mode, flush: true, highWaterMark: 256 * 1024 });
}

/** Every file of ours: those aside, and those in their places. Anything else in the folder is left alone. */
async function filesIn(folder: string, aside: string) {
  const files: { path: string; name: string; isAside: boolean }[] = [];
  for (const name of await namesIn(aside)) files.push({ path: join(aside, name), name, isAside: true });
  for (const part of await namesIn(folder)) {
    if (!/^[0-9a-f]{2}$/.test(part)) continue;
    for (const name of await namesIn(join(folder, part))) {
      if (hashPattern.test(name)) files.push({ path: join(folder, part, name), name, isAside: false });
    }
  }
  return files;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (hasCode(error, 'ENOENT') || hasCode(error, 'ENOTDIR')) return [];
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
