// A consistent copy of the data of a server, while it runs: the database as of one moment, and every installer it names.
import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { copyFile, link, mkdir, open, readdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { sql } from 'kysely';
import { isoNow, type Clock } from '../clock.ts';
import type { Config } from '../config.ts';
import { openDatabase, type Database, type Reader } from '../database/database.ts';
import { rootFingerprint } from '../features/trust/read-model.ts';
import type { Log } from '../log.ts';
import { syncToDisk } from '../sync-to-disk.ts';
import { BackupError, backupNames, installerFile, type Manifest } from './manifest.ts';

/** What making a backup needs. */
export interface BackupTools {
  readonly database: Database;
  readonly config: Pick<Config, 'dataFolder' | 'database'>;
  readonly clock: Clock;
  readonly log: Log;
}

type Contents = Pick<Manifest, 'rootFingerprint' | 'events' | 'installers'>;

/**
 * Makes a backup in a folder that does not exist yet, or is empty. The manifest is written last: without it a folder is no
 * backup. On PostgreSQL the database itself is not copied. Where it fails, the folder is empty again.
 * @throws BackupError
 */
export async function makeBackup(tools: BackupTools, folder: string): Promise<Manifest> {
  await begin(folder);
  try {
    return await fill(tools, folder);
  } catch (error) {
    // So that the same command works once the cause is mended.
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

/** Takes the folder: of two backups at once only one makes the folder of installers, so that none clears away what is the other's. */
async function begin(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const isEmpty = (await readdir(folder)).length === 0;
  const made = isEmpty && (await mkdir(join(folder, backupNames.installers), { recursive: true, mode: 0o700 }));
  // Not made means that it was there.
  if (made === false || made === undefined) {
    throw new BackupError(`${folder} is not empty: a backup goes to a new folder.`);
  }
}

async function fill(tools: BackupTools, folder: string): Promise<Manifest> {
  const { clock, config } = tools;
  const madeAt = isoNow(clock);
  const { database, contents } = await copyDatabase(tools, folder);
  const source = join(config.dataFolder, 'installers');
  for (const installer of contents.installers) {
    await keepInstaller(source, join(folder, backupNames.installers), installer);
  }
  // All that the manifest speaks of is on the disk before it is; only then is it true whatever happens to the machine.
  for (const changed of await foldersIn(folder)) await syncToDisk(changed);
  const manifest: Manifest = { usherBackup: 1, madeAt, database, ...contents };
  await writeDurably(join(folder, backupNames.manifest), `${JSON.stringify(manifest, null, 1)}\n`);
  await syncToDisk(folder);
  return manifest;
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return [
    folder,
    ...entries.filter((entry) => entry.isDirectory()).map(({ parentPath, name }) => join(parentPath, name)),
  ];
}

async function copyDatabase(
  { database, config, log }: BackupTools,
  folder: string,
): Promise<{ database: Manifest['database']; contents: Contents }> {
  if (config.database.kind === 'postgres') {
    return { database: { kind: 'postgres' }, contents: await contentsOf(database.read) };
  }
  const file = join(folder, backupNames.database);
  // One moment of the database, however many write meanwhile; what was erased from it is not in the copy.
  await sql`vacuum into ${file}`.execute(database.read);
  await syncToDisk(file);
  const copy = openDatabase({ kind: 'sqlite', file }, { log });
  try {
    return {
      contents: await contentsOf(copy.read),
      database: { kind: 'sqlite', sha256: await hashOf(file), size: (await stat(file)).size },
    };
  } finally {
    await copy.close();
  }
}

async function contentsOf(read: Reader): Promise<Contents> {
  const fingerprint = await rootFingerprint(read);
  if (fingerprint === null) throw new BackupError('There is nothing to back up yet: the server was never started.');
  return {
    rootFingerprint: fingerprint,
    events: await read.selectFrom('eventHead').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirstOrThrow(),
    installers: await read.selectFrom('installers').select(['sha256', 'size']).distinct().orderBy('sha256').execute(),
  };
}

/** Installers are written once and never changed: a second name for the same file is as good as a copy, where it can be had. */
async function keepInstaller(
  from: string,
  to: string,
  { sha256, size }: Manifest['installers'][number],
): Promise<void> {
  const source = installerFile(from, sha256);
  const target = installerFile(to, sha256);
  await mkdir(dirname(target), { recursive: true, mode: 0o700 });
  try {
    if ((await stat(source)).size !== size) {
      throw new BackupError(`The data folder is damaged: ${source} has not the size that the database says.`);
    }
    await link(source, target).catch(async () => {
      await copyFile(source, target, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      await syncToDisk(target);
    });
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new BackupError(
      `The file of an installer is missing: ${source}. If an installer was deleted just now, make the backup again.`,
      { cause: error },
    );
  }
}

/** SHA-256 of a file, in bounded memory. */
async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

async function writeDurably(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}
