// Tests of release notes: what is known becomes blocks of text, and nothing becomes more than text.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { noteBlocks } from './markdown.ts';
import type { NoteBlock } from './page/screen.ts';

const plain = (text: string) => ({ text, style: 'plain' });

function textOf(block: NoteBlock): string {
  if (block.kind === 'code') return block.text;
  const lines = block.kind === 'list' ? block.items : [block.spans];
  return lines.map((spans) => spans.map(({ text }) => text).join('')).join(' ');
}

describe('release notes', () => {
  it('have headings, paragraphs, lists and code', () => {
    expect(
      noteBlocks('## New\nfirst\nline\n\n- a\n* b\n  goes on\n\n1. c\n2) d\n\n```\nx  y\n# no heading\n```'),
    ).toEqual([
      { kind: 'heading', spans: [plain('New')] },
      { kind: 'paragraph', spans: [plain('first line')] },
      { kind: 'list', ordered: false, items: [[plain('a')], [plain('b goes on')]] },
      { kind: 'list', ordered: true, items: [[plain('c')], [plain('d')]] },
      { kind: 'code', text: 'x  y\n# no heading' },
    ]);
  });

  it('have strong, emphasis and code within a line; a name with underscores stays as it is', () => {
    expect(noteBlocks('**a** *b* `c*d` snake_case_name')).toEqual([
      {
        kind: 'paragraph',
        spans: [
          { text: 'a', style: 'strong' },
          plain(' '),
          { text: 'b', style: 'emphasis' },
          plain(' '),
          { text: 'c*d', style: 'code' },
          plain(' snake_case_name'),
        ],
      },
    ]);
  });

  it.each([
    ['[notes](https://a.example/b)', 'notes (https://a.example/b)'],
    ['[notes](javascript:alert(1))', 'notes'],
    ['[notes](http://a.example)', 'notes'],
    ['![pixel](https://a.example/p.png)', 'pixel'],
    ['<b onclick="x">bold</b>', '<b onclick="x">bold</b>'],
    ['a\u001b[31mb\u202ec', 'abc'],
  ])('turn %j into the text %j', (markdown, text) => {
    expect(noteBlocks(markdown).map(textOf)).toEqual([text]);
  });

  it('are cut where they are very long', () => {
    const blocks = noteBlocks('a\n\n'.repeat(10_000));
    expect(blocks.length).toBeLessThan(500);
    expect(blocks.map(textOf).at(-1)).toBe('…');
  });

  it('hold no control or format character, whatever they were', () => {
    const pieces = fc.constantFrom(
      '#',
      '- ',
      '1. ',
      '`',
      '```',
      '**',
      '_',
      '[',
      '](',
      ')',
      '\n',
      ' ',
      'a',
      '\u202e',
      '\u001b[',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(pieces, fc.string({ unit: 'binary' })), { maxLength: 30 }), (parts) => {
        for (const block of noteBlocks(parts.join(''))) {
          expect(textOf(block).replaceAll('\n', '')).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
        }
      }),
    );
  });
});
