// Tests of text from elsewhere: nothing that steers a terminal, hides or turns round gets through.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { displayLine, displayLines, displayText } from './display-text.ts';

describe('text that came from elsewhere', () => {
  it('loses terminal escapes whole, not only their first character', () => {
    expect(displayLine('a\u001b[31;1mred\u001b[0m b')).toBe('ared b');
    expect(displayLine('\u001b]0;title\u0007x')).toBe('x');
    expect(displayLine('\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\')).toBe('link');
    expect(displayLine('\u009b2Jx')).toBe('x');
  });

  it('becomes one line, without what changes its direction', () => {
    expect(displayLine('one\r\ntwo\tthree \u202egnp.exe')).toBe('one two three gnp.exe');
  });

  it('is cut, with a sign that it was', () => {
    expect(displayLine('x'.repeat(400))).toHaveLength(300);
    expect(displayLines('a\n'.repeat(100), 3)).toEqual(['a', 'a', 'a', '…']);
  });

  it('keeps its lines, whole, where it is shown as it is', () => {
    const plain = `usage: a\n\n  ${'x'.repeat(400)}`;
    expect(displayText(plain)).toBe(plain);
    expect(displayText('C:\\Março\r\n\ta\u001b[2Jb\u202e')).toBe('C:\\Março\n  ab');
  });

  it('never holds a control or format character, whatever it was', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        for (const line of [displayLine(text), ...displayLines(text), ...displayText(text).split('\n')]) {
          expect(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(line)).toBe(false);
        }
      }),
    );
  });
});
