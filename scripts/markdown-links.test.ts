// Every relative link in the Markdown files leads to a file of the repository, and to a heading where it names one.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));

/** What the repository holds; in a copy that is none, what lies in its folder. */
function held(): string[] {
  const { status, stdout } = spawnSync('git', ['ls-files', '-z'], { cwd: root, encoding: 'utf8' });
  if (status === 0) return stdout.split('\0').filter((name) => name !== '');
  const notHeld = new Set(['node_modules', '.build', 'dist', 'data', '.git']);
  return globSync('**', { cwd: root, exclude: (name) => notHeld.has(posix.basename(name)) });
}

const files = new Set(held());
const documents = [...files].filter((name) => name.endsWith('.md'));

/** The text without what is shown as code. */
function prose(text: string): string {
  return text.replaceAll(/^(`{3,})[^]*?^\1/gm, '').replaceAll(/`[^`\n]*`/g, '');
}

/** The names by which the headings of a document are linked to. */
function headings(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

/** The links of a document that lead nowhere. */
function deadLinks(document: string, text: string, known: ReadonlySet<string>, read: (name: string) => string) {
  const links = [...prose(text).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|\b(?:src|href)="([^"]+)"/g)];
  return links
    .map(([, inline, attribute]) => inline ?? attribute ?? '')
    .filter((link) => !/^[a-z][a-z0-9+.-]*:/i.test(link))
    .filter((link) => {
      const [path = '', heading] = link.split('#');
      const target = path === '' ? document : posix.join(posix.dirname(document), path).replace(/\/$/, '');
      const isFolder = [...known].some((name) => name.startsWith(`${target}/`));
      if (!known.has(target)) return !isFolder || heading !== undefined;
      return heading !== undefined && target.endsWith('.md') && !headings(read(target)).includes(heading);
    });
}

describe('the documents', () => {
  it('are all found', () => {
    expect(documents).toContain('README.md');
    expect(documents.length).toBeGreaterThan(15);
  });

  it.each(documents)('link only to what is there: %s', (document) => {
    const read = (name: string) => readFileSync(`${root}/${name}`, 'utf8');
    expect(deadLinks(document, read(document), files, read)).toEqual([]);
  });

  it('would be noticed with a link that leads nowhere', () => {
    const text =
      '# A b\n[a](b.md) [c](images/x.png) [d](#a-b) [e](#e) [f](https://x.example/y) `[g](h)` ![i](../j.md#k)\n';
    const known = new Set(['docs/a.md', 'docs/b.md', 'j.md']);
    expect(deadLinks('docs/a.md', text, known, (name) => (name === 'docs/a.md' ? text : ''))).toEqual([
      'images/x.png',
      '#e',
      '../j.md#k',
    ]);
  });
});
