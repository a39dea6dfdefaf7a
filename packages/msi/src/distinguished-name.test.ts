// Two different names never read the same.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { readDer } from './der.ts';
import { distinguishedName } from './distinguished-name.ts';

const element = (tag: number, content: Buffer): Buffer => {
  const { length } = content;
  return Buffer.concat([
    length < 128 ? Buffer.from([tag, length]) : Buffer.from([tag, 0x82, length >> 8, length & 0xff]),
    content,
  ]);
};
const OIDS: Record<string, string> = { CN: '550403', O: '55040a', C: '550406', other: '2a0304' };

/** A Name of sets of (type, value) pairs. */
const nameOf = (sets: readonly (readonly (readonly [string, string, number?])[])[]): Buffer =>
  element(
    0x30,
    Buffer.concat(
      sets.map((parts) =>
        element(
          0x31,
          Buffer.concat(
            parts.map(([type, value, tag = 0x0c]) => {
              const bytes =
                tag === 0x1e
                  ? Buffer.from(value, 'utf16le').swap16()
                  : Buffer.from(value, tag === 0x0c ? 'utf8' : 'latin1');
              return element(
                0x30,
                Buffer.concat([element(0x06, Buffer.from(OIDS[type] ?? '', 'hex')), element(tag, bytes)]),
              );
            }),
          ),
        ),
      ),
    ),
  );
const written = (sets: Parameters<typeof nameOf>[0]): string => distinguishedName(readDer(nameOf(sets)));

it.each<[string, Parameters<typeof nameOf>[0]]>([
  ['CN=Vendor,O=Vendor\\, Inc.,C=BR', [[['C', 'BR', 0x13]], [['O', 'Vendor, Inc.']], [['CN', 'Vendor']]]],
  ['CN=Ação', [[['CN', 'Ação']]]],
  ['CN=Ação', [[['CN', 'Ação', 0x1e]]]],
  [
    'CN=a+O=b',
    [
      [
        ['CN', 'a'],
        ['O', 'b'],
      ],
    ],
  ],
  ['CN=\\ a \\ ', [[['CN', ' a  ']]]],
  ['CN=\\#a\\+\\=\\<\\>\\;\\"\\\\', [[['CN', '#a+=<>;"\\']]]],
  ['CN=a\\00b\\0a', [[['CN', 'a\0b\n']]]],
  ['1.2.3.4=x', [[['other', 'x']]]],
  ['CN=#02026869', [[['CN', 'hi', 0x02]]]],
])('writes %s', (text, sets) => {
  expect(written(sets)).toBe(text);
});

it('writes different names differently', () => {
  const value = fc.string({
    maxLength: 6,
    unit: fc.constantFrom('a', ',', '+', '=', '\\', ' ', '#', 'O', '\0', '\\2c'),
  });
  const part = fc.tuple(fc.constantFrom('CN', 'O'), value);
  const name = fc.array(fc.array(part, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(name, name, (one, other) => {
      expect(written(one) === written(other)).toBe(JSON.stringify(one) === JSON.stringify(other));
    }),
    { numRuns: 500 },
  );
});
