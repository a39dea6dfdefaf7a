// Texts from outside: whatever comes, every database can keep it.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { storableText } from './storable-text.ts';

test('replaces what a database cannot hold, and nothing else', () => {
  expect(storableText('a\0b')).toBe('a\uFFFDb');
  expect(storableText('half \uD83D')).toBe('half \uFFFD');
  expect(storableText('whole \u{1F600}, ção')).toBe('whole \u{1F600}, ção');
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 30 }), (text) => {
      const stored = storableText(text);
      return stored.isWellFormed() && !stored.includes('\0') && storableText(stored) === stored;
    }),
  );
});
