// The first 512 bytes of a compound file: which version it is and where its tables begin ([MS-CFB] 2.2).
import { InstallerError, malformed } from './installer-error.ts';
import type { RandomAccessFile } from './random-access-file.ts';

/** Sector numbers above this one are marks, not sectors ([MS-CFB] 2.1). */
export const MAX_REGULAR_SECTOR = 0xfffffffa;
export const END_OF_CHAIN = 0xfffffffe;
/** "No stream": the empty pointer of the directory; as a sector number, a free sector. */
export const NO_STREAM = 0xffffffff;

const MAGIC = Buffer.from('d0cf11e0a1b11ae1', 'hex');
const HEADER_BYTES = 512;
const DIFAT_IN_HEADER = 109;

export interface CompoundHeader {
  /** Bytes of a sector: 512 (version 3) or 4096 (version 4). */
  readonly sectorSize: number;
  /** Sectors that the file can hold; a last one that is cut off counts. */
  readonly sectorCount: number;
  readonly fatSectorCount: number;
  readonly firstDirectorySector: number;
  readonly firstMiniFatSector: number;
  readonly miniFatSectorCount: number;
  readonly firstDifatSector: number;
  readonly difatSectorCount: number;
  /** The first sectors of the allocation table. */
  readonly difat: readonly number[];
}

/** Reads and checks the header. Throws `installer.not-msi` for any other kind of file. */
export function readCompoundHeader(file: RandomAccessFile): CompoundHeader {
  if (file.size < HEADER_BYTES) throw notMsi();
  const bytes = file.readSync(0, HEADER_BYTES);
  if (!bytes.subarray(0, 8).equals(MAGIC)) throw notMsi();

  const version = bytes.readUInt16LE(26);
  const sectorShift = bytes.readUInt16LE(30);
  if (bytes.readUInt16LE(28) !== 0xfffe) throw malformed('Header', 'its byte order is unknown');
  if (!(version === 3 && sectorShift === 9) && !(version === 4 && sectorShift === 12)) {
    throw malformed('Header', `version ${version} with sectors of 2^${sectorShift} bytes does not exist`);
  }
  if (bytes.readUInt16LE(32) !== 6) throw malformed('Header', 'mini sectors are not of 64 bytes');
  if (bytes.readUInt32LE(56) !== 4096) throw malformed('Header', 'the mini stream is not for streams below 4096 bytes');

  const sectorSize = 2 ** sectorShift;
  const sectorCount = Math.max(0, Math.ceil(file.size / sectorSize) - 1);
  const header: CompoundHeader = {
    sectorSize,
    sectorCount,
    fatSectorCount: bytes.readUInt32LE(44),
    firstDirectorySector: bytes.readUInt32LE(48),
    firstMiniFatSector: bytes.readUInt32LE(60),
    miniFatSectorCount: bytes.readUInt32LE(64),
    firstDifatSector: bytes.readUInt32LE(68),
    difatSectorCount: bytes.readUInt32LE(72),
    difat: Array.from({ length: DIFAT_IN_HEADER }, (_, index) => bytes.readUInt32LE(76 + 4 * index)),
  };
  // A table may be made larger than the file needs it, but not without measure: it is what memory is taken for.
  const fatSectorsNeeded = Math.ceil(sectorCount / (sectorSize / 4));
  if (header.fatSectorCount > sectorCount || header.fatSectorCount > 2 * fatSectorsNeeded + 128) {
    throw malformed('Header', `an allocation table of ${header.fatSectorCount} sectors is too large for the file`);
  }
  for (const [what, count] of [
    ['mini allocation table', header.miniFatSectorCount],
    ['list of allocation tables', header.difatSectorCount],
  ] as const) {
    if (count > sectorCount) {
      throw malformed('Header', `the ${what} has ${count} sectors, the file only ${sectorCount}`);
    }
  }
  return header;
}

const notMsi = (): InstallerError =>
  new InstallerError('installer.not-msi', 'The file is not a Windows Installer package (not a compound file).');
