// Texts from workstations: whatever they hold, what is kept of them does nothing where it is shown.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainLine, plainText } from './plain-text.ts';

const anyText = fc.string({ unit: 'binary', maxLength: 60 });

describe('a text from a workstation', () => {
  it('keeps letters of every alphabet, tabs and line feeds', () => {
    expect(plainText('Não é possível:\t漢字 😀\r\nnächste Zeile')).toBe('Não é possível:\t漢字 😀\nnächste Zeile');
  });

  it('loses terminal escapes, NUL, and marks that turn the reading direction', () => {
    expect(plainText('\u001b[2Ja\u0000b\u202ec\u2066d\u009be\r')).toBe('\ufffd[2Ja\ufffdb\ufffdc\ufffdd\ufffde\ufffd');
  });

  it('never holds a control character, nor half of a pair, and is not changed a second time', () => {
    fc.assert(
      fc.property(
        fc.oneof(anyText, fc.string({ unit: fc.constantFrom('\0', '\r', '\n', '\ud800', 'a', '\u001b') })),
        (text) => {
          const plain = plainText(text);
          expect(plain).not.toMatch(/(?![\t\n])\p{Cc}/u);
          expect(plain.isWellFormed()).toBe(true);
          expect(plainText(plain)).toBe(plain);
          expect(plainLine(text)).not.toMatch(/\p{Cc}/u);
        },
      ),
    );
  });
});
