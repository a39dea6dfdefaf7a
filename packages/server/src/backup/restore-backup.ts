// A server's data put back from a backup, into an empty data folder, so that its workstations go on with it.
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Foundation } from '../compose.ts';
import type { Config } from '../config.ts';
import { lockDataFolder } from '../database/data-folder-lock.ts';
import { migrate } from '../database/migrate.ts';
import { verifyEvents, type Verification } from '../features/events/verify-events.ts';
import { rootFingerprint } from '../features/trust/read-model.ts';
import type { RestoreOutcome } from '../features/trust/restore-service.ts';
import { BackupError, backupNames, installerFile, readManifest, type Manifest } from './manifest.ts';
import { syncToDisk } from '../sync-to-disk.ts';

/** What came of a restore. */
export interface Restored extends RestoreOutcome {
  readonly manifest: Manifest;
  /** Whether the log of events was whole in the backup. */
  readonly events: Verification;
}

/** What a restore needs: `open` builds what stands on the database that is put back. */
export interface RestoreTools {
  readonly config: Config;
  readonly open: (config: Config) => {
    readonly foundation: Foundation;
    readonly goOn: (manifest: Manifest) => Promise<RestoreOutcome>;
  };
}

/**
 * Restores a backup. Where it fails, the data folder is as empty as it was.
 * @throws BackupError, SigningKeysError where the passphrase is not that of the keys
 */
export async function restoreBackup({ config, open: openAt }: RestoreTools, folder: string): Promise<Restored> {
  const { dataFolder } = config;
  const manifest = await readManifest(folder);
  if (manifest.database.kind !== config.database.kind) {
    throw new BackupError(
      manifest.database.kind === 'postgres'
        ? 'This is the backup of a server on PostgreSQL: restore its database first, and set USHER_DATABASE_URL.'
        : 'This is the backup of a server on the embedded database: restore it without USHER_DATABASE_URL.',
    );
  }
  await requireEmpty(dataFolder);
  const lock = lockDataFolder(dataFolder);
  const file = join(dataFolder, backupNames.database);
  const aside = asideOf(dataFolder);
  try {
    if (manifest.database.kind === 'sqlite') {
      await copyVerified(join(folder, backupNames.database), aside, manifest.database);
    }
    for (const installer of manifest.installers) {
      const target = installerFile(join(dataFolder, 'installers'), installer.sha256);
      await mkdir(dirname(target), { recursive: true, mode: 0o700 });
      await copyVerified(installerFile(join(folder, backupNames.installers), installer.sha256), target, installer);
    }
    const database = manifest.database.kind === 'sqlite' ? ({ kind: 'sqlite', file: aside } as const) : config.database;
    const restored = await goOn(openAt({ ...config, database }), manifest);
    if (manifest.database.kind === 'sqlite') {
      await rename(aside, file);
      await syncToDisk(dataFolder);
    }
    return restored;
  } catch (error) {
    for (const name of await readdir(dataFolder)) {
      if (name !== 'usher.lock') await rm(join(dataFolder, name), { recursive: true, force: true });
    }
    throw error;
  } finally {
    lock.release();
  }
}

/** Where the database lies until everything is back. */
function asideOf(dataFolder: string): string {
  return join(dataFolder, `${backupNames.database}.restoring`);
}

/**
 * Refuses a data folder in which a restore was cut off: a server would begin anew there, beside half of its data.
 * @throws BackupError
 */
export function refuseUnfinishedRestore({ dataFolder }: Pick<Config, 'dataFolder'>): void {
  if (!existsSync(asideOf(dataFolder)) || existsSync(join(dataFolder, backupNames.database))) return;
  throw new BackupError(
    `A restore into ${dataFolder} was cut off. Remove what is in that folder, and run "usher restore" again.`,
  );
}

async function goOn({ foundation, goOn }: ReturnType<RestoreTools['open']>, manifest: Manifest): Promise<Restored> {
  const { database, clock } = foundation;
  try {
    await migrate(database, clock);
    const fingerprint = await rootFingerprint(database.read);
    if (fingerprint !== manifest.rootFingerprint) {
      throw new BackupError(
        fingerprint === null
          ? 'The database is empty: restore its dump first.'
          : 'The database is that of another server: its root is not the one that the backup names.',
      );
    }
    await requireFiles(foundation, manifest);
    const events = await verifyEvents(database.read);
    return { ...(await goOn(manifest)), manifest, events };
  } finally {
    await database.close();
  }
}

/** On PostgreSQL the dump and the files are made one after the other. */
async function requireFiles({ database }: Foundation, { installers }: Manifest): Promise<void> {
  const there = new Set(installers.map(({ sha256 }) => sha256));
  const rows = await database.read.selectFrom('installers').select(['sha256', 'fileName']).execute();
  const missing = rows.find(({ sha256 }) => !there.has(sha256));
  if (missing !== undefined) {
    throw new BackupError(
      `The backup lacks the file of ${missing.fileName}, which the database names: use a later backup.`,
    );
  }
}

/** A lock that a server left behind is nothing that could be lost. */
async function requireEmpty(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const names = (await readdir(folder)).filter((name) => name !== 'usher.lock');
  if (names.length > 0) {
    throw new BackupError(
      `The data folder ${folder} is not empty. Move what is there aside, or set USHER_DATA to another folder.`,
    );
  }
}

async function copyVerified(
  from: string,
  to: string,
  { sha256, size }: { readonly sha256: string; readonly size: number },
): Promise<void> {
  const hash = createHash('sha256');
  let length = 0;
  try {
    await pipeline(
      createReadStream(from, { highWaterMark: 1024 * 1024 }),
      async function* (chunks: AsyncIterable<Buffer>) {
        for await (const chunk of chunks) {
          length += chunk.length;
          hash.update(chunk);
          yield chunk;
        }
      },
      createWriteStream(to, { flags: 'wx', mode: 0o600, flush: true }),
    );
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
    throw new BackupError(`The backup is damaged: ${from} is missing.`, { cause: error });
  }
  if (length !== size || hash.digest('hex') !== sha256) {
    throw new BackupError(`The backup is damaged: ${from} is not the file that was backed up.`);
  }
}
