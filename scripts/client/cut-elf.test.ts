// A program of this machine loses pages that nothing needs, and runs as before.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { withoutPages } from './cut-elf.ts';

const page = 0x1000;

/**
 * A program that ends with 7, by one system call. Its table of segments has room for one more; a read-only segment of five
 * pages holds the number at its end, and a second one comes after it in the file.
 */
function program(room: number): Buffer {
  const file = Buffer.alloc(8 * page);
  file.write('\x7fELF\x02\x01\x01', 'latin1');
  file.writeUInt16LE(2, 0x10);
  file.writeUInt16LE(62, 0x12);
  file.writeUInt32LE(1, 0x14);
  file.writeBigUInt64LE(0x401000n, 0x18);
  file.writeBigUInt64LE(0x40n, 0x20);
  for (const [at, value] of [
    [0x34, 0x40],
    [0x36, 56],
    [0x38, 4],
    [0x3a, 64],
  ] as const) {
    file.writeUInt16LE(value, at);
  }
  const segments = [
    { flags: 4, offset: 0, pages: 1 },
    { flags: 5, offset: 1, pages: 1 },
    { flags: 4, offset: 2, pages: 5 },
    { flags: 4, offset: 7, pages: 1 },
  ];
  for (const [index, { flags, offset, pages }] of segments.entries()) {
    const at = 0x40 + 56 * index;
    file.writeUInt32LE(1, at);
    file.writeUInt32LE(flags, at + 4);
    const address = BigInt(0x400000 + offset * page);
    for (const [field, value] of [
      [8, BigInt(offset * page)],
      [16, address],
      [24, address],
      [32, BigInt(pages * page)],
      [40, BigInt(pages * page)],
      [48, BigInt(page)],
    ] as const) {
      file.writeBigUInt64LE(value, at + field);
    }
  }
  file.fill(room, 0x40 + 56 * 4, 0x40 + 56 * 5);
  // mov edi, [0x406ffc]; add edi, [0x407000]; mov eax, 60; syscall: exit(the two numbers)
  const code = '8b3c25fc6f4000' + '033c2500704000' + 'b83c000000' + '0f05';
  file.write(code, page, 'hex');
  file.writeUInt32LE(3, 7 * page - 4);
  file.writeUInt32LE(4, 7 * page);
  return file;
}

function run(content: Buffer): number {
  const folder = mkdtempSync(join(tmpdir(), 'usher-elf-'));
  try {
    const path = join(folder, 'program');
    writeFileSync(path, content, { mode: 0o755 });
    execFileSync(path);
    return 0;
  } catch (error) {
    return (error as { status: number }).status;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('whole pages go, and every byte that stays is at its address', () => {
  const whole = program(0);
  expect(run(whole)).toBe(7);
  const cut = withoutPages(whole, { start: 2 * page + 1, end: 6 * page + 5 });
  expect(cut.length).toBe(whole.length - 3 * page);
  expect(run(cut)).toBe(7);
});

test('less than a page is nothing', () => {
  const whole = program(0);
  expect(withoutPages(whole, { start: 2 * page + 1, end: 4 * page - 1 }).equals(whole)).toBe(true);
});

test('what has no room for one more segment, or is in none that is only read, is refused', () => {
  expect(() => withoutPages(program(1), { start: 3 * page, end: 5 * page })).toThrow('no room');
  expect(() => withoutPages(program(0), { start: 6 * page, end: 8 * page })).toThrow('no segment');
});
