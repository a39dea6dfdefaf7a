// The summary information as tools write it, and as no tool would.
import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CompoundFile } from './compound-file.ts';
import { InstallerError } from './installer-error.ts';
import { readSummaryInformation, type SummaryInformation } from './summary-information.ts';
import { makeCompoundFile } from './test-support/compound-file-maker.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';

const folder = temporaryFolder();

async function read(content: Buffer): Promise<SummaryInformation> {
  const path = join(folder, 'summary.bin');
  await writeFile(path, makeCompoundFile([{ name: 'summary', content }]).bytes);
  return CompoundFile.with(path, (file) => {
    const entry = file.root.children[0];
    return readSummaryInformation(file, entry?.kind === 'stream' ? entry : undefined);
  });
}

type Property = readonly [id: number, type: number, value: number | Buffer];

/** A property set of one section ([MS-OLEPS] 2.21). */
function propertySet(properties: readonly Property[]): Buffer {
  const values = properties.map(([, type, value]) => {
    const head = Buffer.alloc(8);
    head.writeUInt32LE(type);
    if (typeof value === 'number') head.writeInt32LE(value, 4);
    else head.writeUInt32LE(value.length, 4);
    return Buffer.concat([head, typeof value === 'number' ? Buffer.alloc(0) : value]);
  });
  const section = Buffer.alloc(8 + properties.length * 8);
  section.writeUInt32LE(properties.length, 4);
  let offset = section.length;
  properties.forEach(([id], index) => {
    section.writeUInt32LE(id, 8 + index * 8);
    section.writeUInt32LE(offset, 12 + index * 8);
    offset += values[index]!.length;
  });
  section.writeUInt32LE(offset);
  const head = Buffer.alloc(48);
  head.writeUInt16LE(0xfffe);
  head.writeUInt32LE(1, 24);
  Buffer.from('e0859ff2f94f6810ab9108002b27b3d9', 'hex').copy(head, 28);
  head.writeUInt32LE(48, 44);
  return Buffer.concat([head, section, ...values]);
}

const text = (value: string, encoding: BufferEncoding = 'utf8'): Buffer => Buffer.from(`${value}\0`, encoding);

describe('summary information', () => {
  it.each<[string, number, Buffer, string]>([
    ['Windows-1252', 1252, text('Ação', 'latin1'), 'Ação'],
    ['UTF-8 that is called Windows-1252', 1252, text('Ação'), 'Ação'],
    ['UTF-8, whose number is negative', -535, text('アクセス'), 'アクセス'],
    ['Cyrillic', 1251, Buffer.from('cff0e8e2e5f200', 'hex'), 'Привет'],
    ['a neutral code page', 0, text('Ação', 'latin1'), 'Ação'],
  ])('is read in %s', async (_name, codePage, bytes, expected) => {
    const stored = codePage < 0 ? codePage + 0x10000 : codePage;
    expect(
      await read(
        propertySet([
          [1, 2, stored],
          [3, 30, bytes],
          [15, 3, 2],
        ]),
      ),
    ).toEqual({
      subject: expected,
      comments: null,
      template: null,
      revision: null,
      pageCount: null,
      wordCount: 2,
    });
  });

  it('may leave anything out, or empty', async () => {
    const nothing = { subject: null, comments: null, template: null, revision: null, pageCount: null, wordCount: null };
    expect(await read(propertySet([]))).toEqual(nothing);
    expect(
      await read(
        propertySet([
          [3, 0, 0],
          [6, 1, 0],
          [15, 0, 0],
        ]),
      ),
    ).toEqual(nothing);
  });

  it.each<[string, Buffer]>([
    ['something else', Buffer.alloc(100)],
    ['cut off', propertySet([[3, 30, text('x')]]).subarray(0, 60)],
    ['with a text that ends outside', propertySet([[3, 30, text('some text')]]).subarray(0, -3)],
    ['with a text of another type', propertySet([[3, 31, text('x')]])],
    ['with a number that is a text', propertySet([[15, 30, text('x')]])],
    ['with a text without end', propertySet([[3, 30, Buffer.alloc(20_000, 'x')]])],
    ['with properties without end', propertySet(Array.from({ length: 300 }, (_, id): Property => [id, 3, 1]))],
    ['of an unknown code page', propertySet([[1, 2, 12]])],
    ['longer than any', Buffer.alloc(300_000)],
  ])('is refused when it is %s', async (_name, bytes) => {
    await expect(read(bytes)).rejects.toMatchObject({ code: 'installer.malformed' });
  });

  it('never fails in another way', async () => {
    const whole = propertySet([
      [1, 2, 1252],
      [3, 30, text('Subject')],
      [7, 30, text('x64;1033')],
      [15, 3, 2],
    ]);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 5 }), async (changes) => {
        const bytes = Buffer.from(whole);
        for (const [index, value] of changes) bytes[index] = value;
        const error = await read(bytes).catch((reason: unknown) => reason);
        if (error instanceof Error) expect(error).toBeInstanceOf(InstallerError);
      }),
      { numRuns: 100 },
    );
  });
});
