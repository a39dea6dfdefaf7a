// Release notes: a small part of Markdown, read into blocks of plain text. No HTML, no images, no addresses to click.
import { displayLine, displayLines } from '../display-text.ts';
import type { NoteBlock, Span } from './page/screen.ts';

/** More lines than this are left out, with a sign that they were. */
const mostLines = 400;

/**
 * The blocks of a text (headings, paragraphs, lists, code; within a line strong, emphasis and code). Whatever else
 * Markdown knows stays the text that it is; of a link its words and its https address, of an image its words.
 */
export function noteBlocks(markdown: string): readonly NoteBlock[] {
  const blocks: NoteBlock[] = [];
  let open: Open = null;
  const close = () => {
    if (open !== null) blocks.push(closed(open));
    open = null;
  };
  for (const line of displayLines(markdown, mostLines)) {
    if (open?.kind === 'code') {
      if (/^ {0,3}```/.test(line)) close();
      else open.lines.push(line);
      continue;
    }
    if (/^ {0,3}```/.test(line)) {
      close();
      open = { kind: 'code', lines: [] };
      continue;
    }
    const heading = /^ {0,3}#{1,6} +(.*?)(?: +#+)?$/.exec(line)?.[1];
    const item = /^ *(?:[-*+]|(\d{1,9})[.)]) +(.*)$/.exec(line);
    if (line.trim() === '' || /^ {0,3}(?:(?:- *){3,}|(?:\* *){3,}|(?:_ *){3,})$/.test(line)) close();
    else if (heading !== undefined) {
      close();
      blocks.push({ kind: 'heading', spans: spansOf(heading) });
    } else if (item !== null) {
      const ordered = item[1] !== undefined;
      if (open?.kind !== 'list' || open.ordered !== ordered) {
        close();
        open = { kind: 'list', ordered, lines: [] };
      }
      open.lines.push(item[2] ?? '');
    } else if (open === null) open = { kind: 'paragraph', lines: [withoutQuote(line)] };
    else if (open.kind === 'list') open.lines.push(`${open.lines.pop() ?? ''} ${line.trim()}`);
    else open.lines.push(withoutQuote(line));
  }
  close();
  return blocks;
}

type Open =
  { kind: 'paragraph' | 'code'; lines: string[] } | { kind: 'list'; ordered: boolean; lines: string[] } | null;

function closed(open: Exclude<Open, null>): NoteBlock {
  if (open.kind === 'code') return { kind: 'code', text: open.lines.join('\n') };
  if (open.kind === 'list') return { kind: 'list', ordered: open.ordered, items: open.lines.map(spansOf) };
  return { kind: 'paragraph', spans: spansOf(open.lines.join(' ')) };
}

function withoutQuote(line: string): string {
  return line.trim().replace(/^>+ ?/, '');
}

const inline =
  /`([^`]+)`|\*\*([^*]+)\*\*|__([^_]+)__|(?<![\w*])\*([^\s*][^*]*)\*(?!\w)|(?<!\w)_([^\s_][^_]*)_(?!\w)|!?\[([^\]]*)\]\(((?:[^()\s]|\([^()\s]*\))*)\)/g;

/** The pieces of a line. */
function spansOf(line: string): readonly Span[] {
  const spans: Span[] = [];
  let at = 0;
  const add = (text: string, style: Span['style']) => {
    if (text !== '') spans.push({ text, style });
  };
  for (const match of line.matchAll(inline)) {
    const [whole, code, strong, alsoStrong, emphasis, alsoEmphasis, words, address = ''] = match;
    add(line.slice(at, match.index), 'plain');
    at = match.index + whole.length;
    add(code ?? '', 'code');
    add(strong ?? alsoStrong ?? '', 'strong');
    add(emphasis ?? alsoEmphasis ?? '', 'emphasis');
    if (words !== undefined) add(linkText(whole, words, address), 'plain');
  }
  add(line.slice(at), 'plain');
  return spans;
}

function linkText(whole: string, words: string, address: string): string {
  const isAddress = !whole.startsWith('!') && /^https:\/\/[^\s]+$/i.test(address);
  return isAddress && address !== words ? displayLine(`${words} (${address})`) : words;
}
