// Writes compound files byte by byte ([MS-CFB]), with either sector size and with defects that no tool would make.
const END_OF_CHAIN = 0xfffffffe;
const FREE = 0xffffffff;
const FAT_SECTOR = 0xfffffffd;
const DIFAT_SECTOR = 0xfffffffc;

export interface MadeStream {
  readonly name: string;
  readonly content: Buffer;
}

export interface MadeStorage {
  readonly name: string;
  readonly children: readonly (MadeStream | MadeStorage)[];
}

export interface MadeFile {
  readonly bytes: Buffer;
  readonly sectorSize: number;
  /** Sectors of the directory, of the allocation table, and the first sector of each stream that has its own. */
  readonly directorySectors: readonly number[];
  readonly fatSectors: readonly number[];
  readonly firstSectors: ReadonlyMap<string, number>;
  /** Where the entry of a stream or storage lies in the bytes. */
  readonly entryOffset: (name: string) => number;
  /** Where the allocation table's number for a sector lies in the bytes. */
  readonly fatOffset: (sector: number) => number;
}

const PACKAGE_CLASS = Buffer.from('84100c0000000000c000000000000046', 'hex');

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly content: Buffer;
  child: number;
  right: number;
  start: number;
  size: number;
}

/**
 * A compound file with the class of a Windows Installer package; sectors of 512 or 4096 bytes. Scattered, no two
 * sectors of a stream lie one after another.
 */
export function makeCompoundFile(
  children: MadeStorage['children'],
  sectorSize: 512 | 4096 = 512,
  isScattered = false,
): MadeFile {
  const entries: Entry[] = [];
  const add = (node: MadeStream | MadeStorage, type: number): number => {
    const content = 'content' in node ? node.content : Buffer.alloc(0);
    const entry: Entry = { name: node.name, type, content, child: FREE, right: FREE, start: 0, size: content.length };
    const id = entries.push(entry) - 1;
    let previous: Entry | undefined;
    for (const childNode of 'children' in node ? node.children : []) {
      const child = add(childNode, 'content' in childNode ? 2 : 1);
      if (previous === undefined) entry.child = child;
      else previous.right = child;
      previous = entries[child];
    }
    return id;
  };
  add({ name: 'Root Entry', children }, 5);

  const sectors: Buffer[] = [];
  const fat: number[] = [];
  const store = (bytes: Buffer, mark?: number): number[] => {
    const numbers: number[] = [];
    for (let offset = 0; offset < bytes.length; offset += sectorSize) {
      const sector = Buffer.alloc(sectorSize);
      bytes.copy(sector, 0, offset, offset + sectorSize);
      numbers.push(sectors.push(sector) - 1);
    }
    numbers.forEach((number, index) => (fat[number] = mark ?? numbers[index + 1] ?? END_OF_CHAIN));
    return numbers;
  };

  /** The last sector first: a chain that only goes backwards. */
  const storeScattered = (bytes: Buffer): number[] => {
    const count = Math.ceil(bytes.length / sectorSize);
    const padded = Buffer.alloc(count * sectorSize);
    for (let index = 0; index < count; index++) {
      bytes.copy(padded, (count - 1 - index) * sectorSize, index * sectorSize, (index + 1) * sectorSize);
    }
    const numbers = store(padded).reverse();
    numbers.forEach((number, index) => (fat[number] = numbers[index + 1] ?? END_OF_CHAIN));
    return numbers;
  };

  const mini: Buffer[] = [];
  const miniFat: number[] = [];
  const firstSectors = new Map<string, number>();
  for (const entry of entries) {
    if (entry.type !== 2 || entry.size === 0) continue;
    if (entry.size >= 4096) {
      entry.start = (isScattered ? storeScattered : store)(entry.content)[0] ?? 0;
      firstSectors.set(entry.name, entry.start);
      continue;
    }
    entry.start = miniFat.length;
    const count = Math.ceil(entry.size / 64);
    for (let index = 1; index <= count; index++) {
      miniFat.push(index === count ? END_OF_CHAIN : miniFat.length + 1);
    }
    mini.push(entry.content, Buffer.alloc(count * 64 - entry.size));
  }
  const root = entries[0];
  if (root === undefined) throw new Error('A compound file has a root');
  const miniStream = Buffer.concat(mini);
  root.size = miniStream.length;
  root.start = store(miniStream)[0] ?? END_OF_CHAIN;
  const miniFatSectors = store(numbersIn(miniFat, sectorSize));
  const directorySectors = store(directoryOf(entries, sectorSize));

  const perSector = sectorSize / 4;
  let fatCount = 0;
  let difatCount = 0;
  for (let known = -1; known !== fatCount;) {
    known = fatCount;
    fatCount = Math.ceil((sectors.length + fatCount + difatCount) / perSector);
    difatCount = Math.max(0, Math.ceil((fatCount - 109) / (perSector - 1)));
  }
  const fatSectors = store(Buffer.alloc(fatCount * sectorSize), FAT_SECTOR);
  const difatSectors = store(Buffer.alloc(difatCount * sectorSize), DIFAT_SECTOR);
  const fatBytes = numbersIn(fat, sectorSize);
  fatSectors.forEach((sector, index) => fatBytes.copy(at(sectors, sector), 0, index * sectorSize));
  difatSectors.forEach((sector, index) => {
    const start = 109 + index * (perSector - 1);
    const listed = fatSectors.slice(start, start + perSector - 1);
    numbersIn(listed, sectorSize).copy(at(sectors, sector));
    at(sectors, sector).writeUInt32LE(difatSectors[index + 1] ?? END_OF_CHAIN, sectorSize - 4);
  });

  const header = Buffer.alloc(sectorSize);
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(header);
  header.writeUInt16LE(0x3e, 24);
  header.writeUInt16LE(sectorSize === 512 ? 3 : 4, 26);
  header.writeUInt16LE(0xfffe, 28);
  header.writeUInt16LE(Math.log2(sectorSize), 30);
  header.writeUInt16LE(6, 32);
  header.writeUInt32LE(sectorSize === 512 ? 0 : directorySectors.length, 40);
  header.writeUInt32LE(fatCount, 44);
  header.writeUInt32LE(directorySectors[0] ?? 0, 48);
  header.writeUInt32LE(4096, 56);
  header.writeUInt32LE(miniFatSectors[0] ?? END_OF_CHAIN, 60);
  header.writeUInt32LE(miniFatSectors.length, 64);
  header.writeUInt32LE(difatSectors[0] ?? END_OF_CHAIN, 68);
  header.writeUInt32LE(difatCount, 72);
  for (let index = 0; index < 109; index++) header.writeUInt32LE(fatSectors[index] ?? FREE, 76 + index * 4);

  return {
    bytes: Buffer.concat([header, ...sectors]),
    sectorSize,
    directorySectors,
    fatSectors,
    firstSectors,
    entryOffset: (name) => {
      const id = entries.findIndex((entry) => entry.name === name);
      const place = id * 128;
      return (at(directorySectors, Math.floor(place / sectorSize)) + 1) * sectorSize + (place % sectorSize);
    },
    fatOffset: (sector) => (at(fatSectors, Math.floor(sector / perSector)) + 1) * sectorSize + (sector % perSector) * 4,
  };
}

function directoryOf(entries: readonly Entry[], sectorSize: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((entries.length * 128) / sectorSize) * sectorSize);
  for (let offset = 0; offset < bytes.length; offset += 128) {
    const entry = entries[offset / 128];
    for (const link of [68, 72, 76]) bytes.writeUInt32LE(FREE, offset + link);
    if (entry === undefined) continue;
    bytes.write(entry.name, offset, 'utf16le');
    bytes.writeUInt16LE((entry.name.length + 1) * 2, offset + 64);
    bytes.writeUInt8(entry.type, offset + 66);
    bytes.writeUInt8(1, offset + 67);
    bytes.writeUInt32LE(entry.right, offset + 72);
    bytes.writeUInt32LE(entry.child, offset + 76);
    if (entry.type === 5) PACKAGE_CLASS.copy(bytes, offset + 80);
    bytes.writeUInt32LE(entry.start, offset + 116);
    bytes.writeUInt32LE(entry.size, offset + 120);
  }
  return bytes;
}

function numbersIn(numbers: readonly number[], sectorSize: number): Buffer {
  const bytes = Buffer.alloc(Math.ceil((numbers.length * 4) / sectorSize) * sectorSize, 0xff);
  numbers.forEach((number, index) => bytes.writeUInt32LE(number, index * 4));
  return bytes;
}

function at<T>(list: readonly T[], index: number): T {
  const value = list[index];
  if (value === undefined) throw new Error(`There is no element ${index}`);
  return value;
}
