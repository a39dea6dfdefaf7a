// The data of other languages go, everything else stays readable for ICU: names in order, data aligned.
import { expect, test } from 'vitest';
import { icuData, withFewerLanguages } from './fewer-languages.ts';

const headerLength = 32;

/** A package of such items, as ICU lays them out. */
function icuPackage(items: Readonly<Record<string, string>>): Buffer {
  const header = Buffer.alloc(headerLength);
  header.writeUInt16LE(headerLength, 0);
  header.writeUInt16LE(0x27da, 2);
  header.write('CmnD\x01', 12, 'latin1');
  const entries = Object.entries(items);
  const names = Buffer.from(entries.map(([name]) => `${name}\0`).join(''), 'latin1');
  const table = Buffer.alloc(4 + 8 * entries.length);
  table.writeUInt32LE(entries.length, 0);
  const data: Buffer[] = [];
  let namePlace = table.length;
  let dataPlace = Math.ceil((table.length + names.length) / 16) * 16;
  const padding = Buffer.alloc(dataPlace - table.length - names.length);
  for (const [index, [name, text]] of entries.entries()) {
    table.writeUInt32LE(namePlace, 4 + 8 * index);
    table.writeUInt32LE(dataPlace, 8 + 8 * index);
    namePlace += name.length + 1;
    const padded = Buffer.alloc(Math.ceil((text.length + 1) / 16) * 16);
    padded.write(text, 'latin1');
    data.push(padded);
    dataPlace += padded.length;
  }
  return Buffer.concat([header, table, names, padding, ...data]);
}

/** What ICU finds in a package. */
function itemsOf(icu: Buffer): Record<string, string> {
  const base = icu.readUInt16LE(0);
  const found: Record<string, string> = {};
  for (let index = 0; index < icu.readUInt32LE(base); index += 1) {
    const name = base + icu.readUInt32LE(base + 4 + 8 * index);
    const place = icu.readUInt32LE(base + 8 + 8 * index);
    expect(place % 16).toBe(0);
    const end = icu.indexOf(0, base + place);
    found[icu.toString('latin1', name, icu.indexOf(0, name))] = icu.toString('latin1', base + place, end);
  }
  return found;
}

const kept = {
  'icu/brkitr/root.res': 'breaks',
  'icu/en.res': 'English',
  'icu/en_GB.res': 'British English',
  'icu/ibm-37.cnv': 'a converter',
  'icu/pt_BR.res': 'Brazilian Portuguese, which is longer than sixteen bytes',
  'icu/res_index.res': 'which there are',
  'icu/root.res': 'what any other falls back to',
  'icu/zone/es_419.res': 'zones in Spanish',
  'icu/zoneinfo64.res': 'zones',
};

test('only the languages that the client speaks are left, and all that is no language', () => {
  const others = { 'icu/de.res': 'German', 'icu/lang/yue_Hant.res': 'Cantonese', 'icu/zu_ZA.res': 'Zulu' };
  const all = Object.fromEntries(Object.entries({ ...kept, ...others }).sort(([a], [b]) => (a < b ? -1 : 1)));
  const program = Buffer.concat([Buffer.from('before CmnD\x01\0\0\0 '), icuPackage({ ...all, 'icu/zz': 'last' })]);
  const { start, end } = icuData(program);
  expect(program.readUInt16LE(start + 2)).toBe(0x27da);
  expect(program.toString('latin1', end, end + 4)).toBe('last');
  const fewer = withFewerLanguages(program.subarray(start));
  expect(itemsOf(fewer)).toEqual(kept);
  expect(Object.keys(itemsOf(fewer))).toEqual(Object.keys(kept));
  expect(fewer.length).toBeLessThan(end - start);
});

test('a program with no such data, or with two, is refused', () => {
  expect(() => icuData(Buffer.from('CmnD\x01\0\0\0'))).toThrow('there are 0 ICU packages');
  const one = icuPackage(kept);
  expect(() => icuData(Buffer.concat([one, one]))).toThrow('there are 2 ICU packages');
});
