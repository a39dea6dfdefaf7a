// A compound file gives back exactly what was put in, and refuses to be led in circles.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CompoundFile } from './compound-file.ts';
import type { StorageEntry, StreamEntry } from './compound-directory.ts';
import { CHUNK_BYTES } from './limits.ts';
import { makeCompoundFile, type MadeFile, type MadeStorage } from './test-support/compound-file-maker.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';

const folder = temporaryFolder();
let files = 0;

function opened(bytes: Buffer): Promise<CompoundFile> {
  const path = join(folder, `${++files}.bin`);
  writeFileSync(path, bytes);
  return CompoundFile.open(path);
}

const pattern = (length: number, seed = 1): Buffer => {
  const bytes = Buffer.alloc(length);
  for (let index = 0; index < length; index++) bytes[index] = (index * 31 + seed * 17 + (index >> 8)) & 0xff;
  return bytes;
};

const streamNamed = (storage: StorageEntry, name: string): StreamEntry => {
  const entry = storage.children.find((child) => child.name === name);
  if (entry?.kind !== 'stream') throw new Error(`There is no stream ${name}`);
  return entry;
};

async function everyByte(file: CompoundFile, entry: StreamEntry): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of file.chunks(entry)) {
    expect(chunk.length).toBeLessThanOrEqual(CHUNK_BYTES);
    parts.push(Buffer.from(chunk));
  }
  return Buffer.concat(parts);
}

const sample: MadeStorage['children'] = [
  { name: 'empty', content: Buffer.alloc(0) },
  { name: 'small', content: pattern(1) },
  { name: 'below the cutoff', content: pattern(4095, 2) },
  { name: 'at the cutoff', content: pattern(4096, 3) },
  { name: 'several chunks', content: pattern(2 * CHUNK_BYTES + 1234, 4) },
  { name: 'inner', children: [{ name: 'small', content: pattern(70, 5) }] },
];

describe.each([512, 4096] as const)('a compound file with sectors of %i bytes', (sectorSize) => {
  const made = makeCompoundFile(sample, sectorSize);

  it('gives back every stream, in pieces and at once', async () => {
    const file = await opened(made.bytes);
    for (const node of sample) {
      if (!('content' in node)) continue;
      const entry = streamNamed(file.root, node.name);
      expect(entry.size).toBe(node.content.length);
      expect((await everyByte(file, entry)).equals(node.content)).toBe(true);
      expect(file.read(entry).equals(node.content)).toBe(true);
    }
    const inner = file.root.children.find(({ name }) => name === 'inner');
    expect(inner?.kind === 'storage' && file.read(streamNamed(inner, 'small')).equals(pattern(70, 5))).toBe(true);
    await file.close();
  });

  it('gives back any part of a stream', async () => {
    const file = await opened(made.bytes);
    for (const [name, offset, length] of [
      ['several chunks', 511, 2],
      ['several chunks', CHUNK_BYTES - 1, 4097],
      ['below the cutoff', 63, 66],
      ['below the cutoff', 4095, 0],
    ] as const) {
      const whole = file.read(streamNamed(file.root, name));
      const part = file.read(streamNamed(file.root, name), offset, length);
      expect(part.equals(whole.subarray(offset, offset + length))).toBe(true);
    }
    await file.close();
  });

  it('ends where its last sector ends', async () => {
    const file = await opened(made.bytes);
    expect(file.endOfContent()).toBe(made.bytes.length);
    await file.close();
  });
});

it('reads an allocation table that the header has no room to list', async () => {
  const content = Buffer.alloc(16 * 1024 * 1024, pattern(65_521, 6));
  const made = makeCompoundFile([{ name: 'large', content }]);
  expect(made.fatSectors.length).toBeGreaterThan(109 + 127);
  const file = await opened(made.bytes);
  expect((await everyByte(file, streamNamed(file.root, 'large'))).equals(content)).toBe(true);
  expect(file.endOfContent()).toBe(made.bytes.length);
  await file.close();
});

it.each([512, 4096] as const)('reads a stream whose sectors of %i bytes are scattered', async (sectorSize) => {
  const content = pattern(3 * CHUNK_BYTES + 99, 7);
  const made = makeCompoundFile([{ name: 'scattered', content }], sectorSize, true);
  const file = await opened(made.bytes);
  const entry = streamNamed(file.root, 'scattered');
  expect((await everyByte(file, entry)).equals(content)).toBe(true);
  expect(file.read(entry, 1000, 70_000).equals(content.subarray(1000, 71_000))).toBe(true);
  expect(file.endOfContent()).toBe(made.bytes.length);
  await file.close();
});

it('closes its file when the one who reads a stream stops in the middle', async () => {
  const path = join(folder, 'stopped.bin');
  writeFileSync(path, makeCompoundFile(sample).bytes);
  const first = await CompoundFile.with(path, async (file) => {
    for await (const chunk of file.chunks(streamNamed(file.root, 'several chunks'))) return chunk.length;
    return 0;
  });
  expect(first).toBe(CHUNK_BYTES);
});

describe('a compound file that contradicts itself', () => {
  /** Makes a file with one defect and says how reading all of it ends. */
  async function outcome(damage: (made: MadeFile, bytes: Buffer) => void): Promise<unknown> {
    const made = makeCompoundFile(sample);
    damage(made, made.bytes);
    const path = join(folder, `${++files}.bin`);
    writeFileSync(path, made.bytes);
    return CompoundFile.with(path, async (file) => {
      const visit = async (storage: StorageEntry): Promise<void> => {
        for (const entry of storage.children) {
          if (entry.kind === 'storage') await visit(entry);
          else await everyByte(file, entry);
        }
      };
      await visit(file.root);
      return 'read';
    }).catch((error: unknown) => error);
  }
  const firstOf = (made: MadeFile, name: string): number => made.firstSectors.get(name)!;

  it('is read when it has no defect', async () => {
    expect(await outcome(() => undefined)).toBe('read');
  });

  it.each<[string, RegExp, (made: MadeFile, bytes: Buffer) => void]>([
    [
      'whose stream runs in a circle',
      /in a circle/,
      (made, bytes) =>
        bytes.writeUInt32LE(firstOf(made, 'several chunks'), made.fatOffset(firstOf(made, 'several chunks') + 2050)),
    ],
    [
      'whose stream ends too early',
      /ends before it does/,
      (made, bytes) => bytes.writeUInt32LE(0xfffffffe, made.fatOffset(firstOf(made, 'at the cutoff') + 1)),
    ],
    [
      'whose stream goes into a free sector',
      /mark 0xffffffff/,
      (made, bytes) => bytes.writeUInt32LE(0xffffffff, made.fatOffset(firstOf(made, 'at the cutoff') + 1)),
    ],
    [
      'whose stream goes outside of the file',
      /which the file does not have/,
      (made, bytes) => bytes.writeUInt32LE(0x00ffffff, made.fatOffset(firstOf(made, 'at the cutoff') + 1)),
    ],
    [
      'whose directory runs in a circle',
      /Directory: its sectors form a loop/,
      (made, bytes) => bytes.writeUInt32LE(made.directorySectors[0]!, made.fatOffset(made.directorySectors[1]!)),
    ],
    [
      'whose entries point in a circle',
      /reached twice/,
      (made, bytes) => bytes.writeUInt32LE(1, made.entryOffset('at the cutoff') + 72),
    ],
    [
      'whose storage contains itself',
      /reached twice/,
      (made, bytes) => bytes.writeUInt32LE(6, made.entryOffset('inner') + 76),
    ],
    [
      'whose entry does not exist',
      /entry 7777 does not exist/,
      (made, bytes) => bytes.writeUInt32LE(7777, made.entryOffset('small') + 72),
    ],
    [
      'with a stream longer than the file',
      /its streams have \d+ bytes/,
      (made, bytes) => bytes.writeUInt32LE(0x7fffffff, made.entryOffset('several chunks') + 120),
    ],
    [
      'whose streams share what the file has once',
      /its streams have \d+ bytes/,
      (made, bytes) => {
        for (const at of [116, 120]) {
          const value = bytes.readUInt32LE(made.entryOffset('several chunks') + at);
          bytes.writeUInt32LE(value, made.entryOffset('at the cutoff') + at);
        }
      },
    ],
    [
      'with a mini stream longer than the file',
      /Mini stream/,
      (made, bytes) => bytes.writeUInt32LE(0x7fffffff, made.entryOffset('Root Entry') + 120),
    ],
    [
      'with two entries of one name',
      /two entries have the name/,
      (made, bytes) => bytes.write('EMPTY', made.entryOffset('small'), 'utf16le'),
    ],
    ['with an entry of no kind', /type 0/, (made, bytes) => bytes.writeUInt8(0, made.entryOffset('small') + 66)],
    [
      'with a name that has no end',
      /does not end where it should/,
      (made, bytes) => bytes.writeUInt16LE(8, made.entryOffset('small') + 64),
    ],
    [
      'with a name of 66 bytes',
      /66 bytes long/,
      (made, bytes) => bytes.writeUInt16LE(66, made.entryOffset('small') + 64),
    ],
    ['with an absurd allocation table', /4026531839 sectors/, (_, bytes) => bytes.writeUInt32LE(0xefffffff, 44)],
    [
      'with more allocation tables than are listed',
      /a part of it lies at mark/,
      (_, bytes) => bytes.writeUInt32LE(120, 44),
    ],
    ['with an absurd mini allocation table', /4026531839 sectors/, (_, bytes) => bytes.writeUInt32LE(0xefffffff, 64)],
    ['with an absurd list of tables', /4026531839 sectors/, (_, bytes) => bytes.writeUInt32LE(0xefffffff, 72)],
    ['with an unknown byte order', /byte order/, (_, bytes) => bytes.writeUInt16LE(0xfeff, 28)],
    ['with an unknown version', /version 5/, (_, bytes) => bytes.writeUInt16LE(5, 26)],
    ['with mini sectors of another size', /mini sectors/, (_, bytes) => bytes.writeUInt16LE(7, 32)],
    ['with another limit for the mini stream', /mini stream/, (_, bytes) => bytes.writeUInt32LE(64, 56)],
  ])('%s is refused', async (_name, message, damage) => {
    const error = await outcome(damage);
    expect(error).toMatchObject({ name: 'InstallerError', code: 'installer.malformed' });
    expect(String(error)).toMatch(message);
  });

  it.each([
    ['is empty', Buffer.alloc(0)],
    ['is too short', makeCompoundFile(sample).bytes.subarray(0, 511)],
    ['is something else', Buffer.from('MZ'.padEnd(2000, '\0'))],
  ])('is no installer when it %s', async (_name, bytes) => {
    await expect(opened(bytes)).rejects.toMatchObject({ code: 'installer.not-msi' });
  });

  it('refuses storages nested without end', async () => {
    let node: MadeStorage = { name: 'deepest', children: [] };
    for (let depth = 0; depth < 20; depth++) node = { name: `storage ${depth}`, children: [node] };
    await expect(opened(makeCompoundFile([node]).bytes)).rejects.toThrow(/nested deeper than 16/);
  });

  it('passes on what the file system says', async () => {
    await expect(CompoundFile.open(join(folder, 'nothing'))).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(CompoundFile.open(folder)).rejects.toMatchObject({ code: 'installer.malformed' });
  });
});
