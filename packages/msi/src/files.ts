// The files that a package installs: how many, how large, and that all of them lie inside the package.
import { InstallerError, malformed } from './installer-error.ts';
import type { Database } from './database.ts';
import type { SummaryInformation } from './summary-information.ts';

// Bits of File.Attributes that override how the package stores its files.
const NOT_COMPRESSED = 0x2000;
const COMPRESSED = 0x4000;
/** Bit of the summary's word count: files are stored in cabinets. */
const IN_CABINETS = 0x0002;

/** How many files a package installs, and how large they are together, in bytes. */
export interface FileTotals {
  readonly fileCount: number;
  readonly installedSize: number;
}

/**
 * Counts the files and adds up their sizes. Throws `installer.external-cabinet` when the package is not the whole
 * installer: a cabinet, or files, lie beside it.
 */
export function readFileTotals(database: Database, summary: SummaryInformation): FileTotals {
  assertCabinetsInside(database);
  const table = database.table('File');
  let installedSize = 0;
  for (const size of table.column('FileSize')) {
    if (typeof size !== 'number' || size < 0) throw malformed('Table File', 'a file has no size');
    installedSize += size;
  }
  const areInCabinets = ((summary.wordCount ?? 0) & IN_CABINETS) !== 0;
  for (const cell of table.column('Attributes')) {
    const attributes = typeof cell === 'number' ? cell : 0;
    const isOutside = areInCabinets ? (attributes & NOT_COMPRESSED) !== 0 : (attributes & COMPRESSED) === 0;
    if (isOutside) throw external('Files that it installs lie beside it');
  }
  return { fileCount: table.rowCount, installedSize };
}

function assertCabinetsInside(database: Database): void {
  for (const [cabinet] of database.table('Media').rows(['Cabinet'])) {
    if (typeof cabinet !== 'string' || cabinet === '') continue;
    if (!cabinet.startsWith('#')) throw external(`The cabinet ${JSON.stringify(cabinet)} lies beside it`);
    if (database.stream(cabinet.slice(1)) === undefined) {
      throw malformed('Table Media', `the cabinet ${JSON.stringify(cabinet)} is not in the file`);
    }
  }
}

const external = (what: string): InstallerError =>
  new InstallerError('installer.external-cabinet', `${what}: the package is not the whole installer.`);
