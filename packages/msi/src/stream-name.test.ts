// Packed names are read as Windows Installer writes them.
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { unpackStreamName } from './stream-name.ts';
import { PACKED_ALPHABET, packStreamName } from './test-support/pack-stream-name.ts';

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
  const character = fc.constantFrom(...`${PACKED_ALPHABET} -\u0005é`.split(/(?:)/u));
  fc.assert(
    fc.property(fc.array(character, { minLength: 1, maxLength: 31 }), fc.boolean(), (characters, isTable) => {
      const name = characters.join('');
      expect(unpackStreamName(packStreamName(name, isTable))).toEqual({ name, isTable });
    }),
    { numRuns: 200 },
  );
});
