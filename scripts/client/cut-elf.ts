// Takes pages out of a read-only segment of a Linux program: the segment becomes two, with a hole between them in memory
// and nothing between them in the file. Everything else stays at its address.
import type { Range } from './fewer-languages.ts';

const page = 0x1000;
const loadable = 1;
const writable = 2;

/** Fields of a 64-bit ELF file, little-endian (System V ABI, "Object Files"): offsets in the headers. */
const header = {
  segments: 0x20,
  sections: 0x28,
  segmentSize: 0x36,
  segmentCount: 0x38,
  sectionSize: 0x3a,
  sectionCount: 0x3c,
};
const segment = { type: 0, flags: 4, offset: 8, address: 16, physical: 24, fileSize: 32, memorySize: 40 };
const section = { offset: 0x18, size: 0x20 };

/**
 * A copy of `program` without the whole pages in `unused`, which must lie in one segment that is not written to.
 * @throws {Error} where it does not, or where the table of segments has no room for one more
 */
export function withoutPages(program: Buffer, unused: Range): Buffer {
  const start = Math.ceil(unused.start / page) * page;
  const end = Math.floor(unused.end / page) * page;
  const length = end - start;
  if (length <= 0) return Buffer.from(program);
  const kept = Buffer.concat([program.subarray(0, start), program.subarray(end)]);
  if (number(program, header.segments) + tableLength(program) > start)
    throw new Error('the table of segments would move');
  splitSegment(kept, { start, end });
  moveSections(kept, { start, end });
  return kept;
}

const number = (file: Buffer, at: number): number => Number(file.readBigUInt64LE(at));
const write = (file: Buffer, at: number, value: number): unknown => file.writeBigUInt64LE(BigInt(value), at);
const tableLength = (file: Buffer): number =>
  file.readUInt16LE(header.segmentSize) * (file.readUInt16LE(header.segmentCount) + 1);

function splitSegment(file: Buffer, { start, end }: Range): void {
  const table = number(file, header.segments);
  const size = file.readUInt16LE(header.segmentSize);
  const count = file.readUInt16LE(header.segmentCount);
  const entry = (index: number) => table + index * size;
  let split = -1;
  for (let index = 0; index < count; index += 1) {
    const at = entry(index);
    const [offset, length] = [number(file, at + segment.offset), number(file, at + segment.fileSize)];
    const holds = offset <= start && offset + length >= end;
    const isLoaded = file.readUInt32LE(at + segment.type) === loadable;
    if (holds && isLoaded && (file.readUInt32LE(at + segment.flags) & writable) === 0) split = index;
    else if (offset >= end) write(file, at + segment.offset, offset - (end - start));
  }
  if (split === -1) throw new Error('no segment that is only read holds these pages');
  if (file.subarray(entry(count), entry(count + 1)).some((byte) => byte !== 0)) {
    throw new Error('there is no room for one more segment');
  }
  // Loadable segments stand in the order of their addresses.
  file.copyWithin(entry(split + 1), entry(split), entry(count));
  const [first, second] = [entry(split), entry(split + 1)];
  const offset = number(file, first + segment.offset);
  const length = number(file, first + segment.fileSize);
  for (const field of [segment.fileSize, segment.memorySize]) {
    write(file, first + field, start - offset);
    write(file, second + field, offset + length - end);
  }
  write(file, second + segment.offset, start);
  for (const field of [segment.address, segment.physical]) {
    write(file, second + field, number(file, first + field) + (end - offset));
  }
  file.writeUInt16LE(count + 1, header.segmentCount);
}

/** Sections mean nothing to a running program; tools that read them find each where it is, one of them shorter. */
function moveSections(file: Buffer, { start, end }: Range): void {
  const moved = (offset: number) => (offset >= end ? offset - (end - start) : offset);
  const table = moved(number(file, header.sections));
  write(file, header.sections, table);
  const size = file.readUInt16LE(header.sectionSize);
  for (let index = 0; index < file.readUInt16LE(header.sectionCount); index += 1) {
    const at = table + index * size;
    const offset = number(file, at + section.offset);
    const isCut = offset < start && offset + number(file, at + section.size) >= end;
    if (isCut) write(file, at + section.size, start - offset);
    write(file, at + section.offset, moved(offset));
  }
}
