// Packed names are read as Windows Installer writes them.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unpackStreamName } from './stream-name.ts';

const ALPHABET = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._';

/** Packs as Windows Installer does: two characters to a code unit where both are in the alphabet. */
function pack(name: string, isTable: boolean): string {
  let packed = isTable ? '\u4840' : '';
  for (let index = 0; index < name.length; index++) {
    const first = ALPHABET.indexOf(name.charAt(index));
    const second = index + 1 < name.length ? ALPHABET.indexOf(name.charAt(index + 1)) : -1;
    if (first < 0) packed += name.charAt(index);
    else if (second < 0) packed += String.fromCharCode(0x4800 + first);
    else {
      packed += String.fromCharCode(0x3800 + first + second * 64);
      index++;
    }
  }
  return packed;
}

it('reads the names that real packages have', () => {
  // As wixl and Windows write them.
  expect(unpackStreamName('\u4840\u3f3f\u4577\u446c\u3b6a\u45e4\u4824')).toEqual({
    name: '_StringData',
    isTable: true,
  });
  const unpacked = '\u0005SummaryInformation';
  expect(unpackStreamName(unpacked)).toEqual({ name: unpacked, isTable: false });
});

it('undoes packing for every name', () => {
  const character = fc.constantFrom(...`${ALPHABET} -\u0005é`.split(/(?:)/u));
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 31 }), fc.boolean(), (characters, isTable) => {
      const name = characters.join('');
      expect(unpackStreamName(pack(name, isTable))).toEqual({ name, isTable });
    }),
    { numRuns: 200 },
  );
});
