// What workstations can fetch from the catalogue beside its metadata.
import { createHash } from 'node:crypto';
import type { Reader } from '../../database/database.ts';
import { expiringRoles } from './expiry.ts';
import { findFile, firstRoot, readCatalogue } from './store.ts';

/** An installer that the published catalogue holds. */
export interface CatalogueTarget {
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
}

const consistentName = /^(.*\/)([0-9a-f]{64})\.([^/]+)$/;

/**
 * Finds an installer by its path below the catalogue's targets, with its SHA-256 before the file's name (as clients ask with
 * consistent snapshots) or without. Null where the catalogue holds no such file: it is not approved (any more), or not published.
 */
export async function findTarget(read: Reader, path: string): Promise<CatalogueTarget | null> {
  const [, folder = '', hash, file = ''] = consistentName.exec(path) ?? [];
  const row = await read
    .selectFrom('installers')
    .select(['sha256', 'size'])
    .where('targetPath', '=', hash === undefined ? path : folder + file)
    .where('decision', '=', 'approved')
    .where('published', '=', 1)
    .executeTakeFirst();
  return row === undefined || (hash !== undefined && hash !== row.sha256) ? null : row;
}

/** The text of a document of the catalogue: the present one, or with a SHA-256 before its name that very one. */
export async function findDocument(read: Reader, name: string): Promise<string | undefined> {
  if (/^[0-9a-f]{64}\./.test(name)) return findFile(read, `targets/${name}`);
  const catalogue = await readCatalogue(read);
  const current = catalogue?.names.find((file) => file.endsWith(`.${name}`));
  return current === undefined ? undefined : findFile(read, current);
}

/** The roles of the catalogue that should have been renewed by now; none where there is no catalogue yet. */
export async function expiringMetadata(read: Reader, now: Date): Promise<ReturnType<typeof expiringRoles>> {
  const catalogue = await readCatalogue(read);
  return catalogue === null ? [] : expiringRoles(catalogue.repository, now);
}

/** SHA-256 of the first root, in hexadecimal: what installation keys carry. Null where there is none yet. */
export async function rootFingerprint(read: Reader): Promise<string | null> {
  const root = await findFile(read, firstRoot);
  return root === undefined ? null : createHash('sha256').update(root).digest('hex');
}
