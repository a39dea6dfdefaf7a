// The directory of a compound file: which storages and streams it holds ([MS-CFB] 2.6).
import { NO_STREAM } from './compound-header.ts';
import { malformed } from './installer-error.ts';
import { MAX_STORAGE_DEPTH } from './limits.ts';

const ENTRY_BYTES = 128;
const WHERE = 'Directory';

/** What is common to streams and storages, as the file holds it. */
interface EntryFacts {
  /** The name, UTF-16 as stored, packed where Windows Installer packs it. */
  readonly name: string;
  /** The name's bytes with its terminator: UTF-16LE. */
  readonly nameBytes: Buffer;
  readonly clsid: Buffer;
  readonly stateBits: Buffer;
  /** Creation and modification times, as stored: two FILETIMEs. */
  readonly times: Buffer;
  readonly firstSector: number;
  /** Length in bytes. */
  readonly size: number;
}

export interface StreamEntry extends EntryFacts {
  readonly kind: 'stream';
}

export interface StorageEntry extends EntryFacts {
  readonly kind: 'storage';
  readonly children: readonly (StreamEntry | StorageEntry)[];
}

interface RawEntry extends EntryFacts {
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
}

/**
 * Reads the tree of storages from the bytes of the directory.
 * `sizeIs64Bit` is false in version 3, where the upper half of a size is not defined.
 */
export function readDirectory(bytes: Buffer, sizeIs64Bit: boolean): StorageEntry {
  const entryCount = Math.floor(bytes.length / ENTRY_BYTES);
  const seen = new Uint8Array(entryCount);
  const visit = (id: number): RawEntry => {
    if (id >= entryCount) throw malformed(WHERE, `entry ${id} does not exist`);
    if (seen[id] === 1) throw malformed(WHERE, `entry ${id} is reached twice`);
    seen[id] = 1;
    return readEntry(bytes.subarray(id * ENTRY_BYTES, (id + 1) * ENTRY_BYTES), id, sizeIs64Bit);
  };

  const readStorage = (raw: RawEntry, depth: number): StorageEntry => {
    if (depth > MAX_STORAGE_DEPTH) throw malformed(WHERE, `storages are nested deeper than ${MAX_STORAGE_DEPTH}`);
    const children: (StreamEntry | StorageEntry)[] = [];
    const names = new Set<string>();
    const waiting = [raw.child];
    for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
      if (id === NO_STREAM) continue;
      const entry = visit(id);
      waiting.push(entry.left, entry.right);
      // Names differ also when case is ignored ([MS-CFB] 2.6.4); of two equal ones, readers would choose differently.
      const folded = entry.name.toUpperCase();
      if (names.has(folded)) throw malformed(WHERE, `two entries have the name of entry ${id}`);
      names.add(folded);
      children.push(entry.type === 1 ? readStorage(entry, depth + 1) : { ...facts(entry), kind: 'stream' });
    }
    return { ...facts(raw), kind: 'storage', children };
  };

  if (entryCount === 0) throw malformed(WHERE, 'it is empty');
  return readStorage(visit(0), 0);
}

function readEntry(bytes: Buffer, id: number, sizeIs64Bit: boolean): RawEntry {
  const type = bytes.readUInt8(66);
  const isRoot = id === 0;
  if (isRoot ? type !== 5 : type !== 1 && type !== 2) throw malformed(WHERE, `entry ${id} has type ${type}`);

  const nameLength = bytes.readUInt16LE(64);
  if (nameLength < 4 || nameLength > 64 || nameLength % 2 !== 0) {
    throw malformed(WHERE, `the name of entry ${id} is ${nameLength} bytes long`);
  }
  const nameBytes = bytes.subarray(0, nameLength);
  const name = nameBytes.toString('utf16le', 0, nameLength - 2);
  if (name.includes('\0') || nameBytes.readUInt16LE(nameLength - 2) !== 0) {
    throw malformed(WHERE, `the name of entry ${id} does not end where it should`);
  }
  const low = bytes.readUInt32LE(120);
  const high = sizeIs64Bit ? bytes.readUInt32LE(124) : 0;
  return {
    type,
    name,
    nameBytes,
    left: bytes.readUInt32LE(68),
    right: bytes.readUInt32LE(72),
    child: type === 2 ? NO_STREAM : bytes.readUInt32LE(76),
    clsid: bytes.subarray(80, 96),
    stateBits: bytes.subarray(96, 100),
    times: bytes.subarray(100, 116),
    firstSector: bytes.readUInt32LE(116),
    size: high * 2 ** 32 + low,
  };
}

const facts = ({ name, nameBytes, clsid, stateBits, times, firstSector, size }: RawEntry): EntryFacts => ({
  name,
  nameBytes,
  clsid,
  stateBits,
  times,
  firstSector,
  size,
});
