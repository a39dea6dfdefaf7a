// What a backup says of itself: what it holds, with the hashes that show whether it still does.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';

/** A backup cannot be made there, or not be used; the message says why and what to do. */
export class BackupError extends Error {
  readonly code = 'backup.refused';
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const size = z.int().nonnegative();

const manifestSchema = z.object({
  usherBackup: z.literal(1),
  madeAt: z.iso.datetime(),
  /** The copy of the embedded database; on PostgreSQL the dump is kept by whoever made it. */
  database: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('sqlite'), sha256, size }),
    z.object({ kind: z.literal('postgres') }),
  ]),
  /** SHA-256 of the first root: which server this is a backup of. */
  rootFingerprint: sha256,
  /** The newest event. */
  events: z.object({ seq: size, hash: sha256 }),
  installers: z.array(z.object({ sha256, size })),
});

/** What a backup says of itself. */
export type Manifest = z.infer<typeof manifestSchema>;

/** Names inside a backup. */
export const backupNames = { manifest: 'backup.json', database: 'usher.db', installers: 'installers' } as const;

/** Where an installer lies inside a folder of installers. */
export function installerFile(folder: string, hash: string): string {
  return join(folder, hash.slice(0, 2), hash);
}

/** @throws BackupError where the folder holds no finished backup */
export async function readManifest(folder: string): Promise<Manifest> {
  let text: string;
  try {
    text = await readFile(join(folder, backupNames.manifest), 'utf8');
  } catch (cause) {
    throw new BackupError(`${folder} holds no backup that was finished: ${backupNames.manifest} is not there.`, {
      cause,
    });
  }
  try {
    return manifestSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new BackupError(`The backup is damaged: ${backupNames.manifest} cannot be read.`, { cause });
  }
}
