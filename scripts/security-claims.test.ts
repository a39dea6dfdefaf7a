// What SECURITY.md says is shown by tests that exist: every number stands for one, and every one is used.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const text = readFileSync(join(root, 'SECURITY.md'), 'utf8');

/** A line of the list: `- T7 [path](path): `title``. */
const claims = [...text.matchAll(/^- T(\d+) \[([^\]]+)\]\(([^)]+)\): `(.+)`$/gm)].map(
  ([, number = '', path = '', link = '', title = '']) => ({ number: Number(number), path, link, title }),
);
const rows = text.split('\n').filter((line) => /^\| .* \| .* \| .* \|$/.test(line) && /\bT\d+\b/.test(line));

/** Whether the file has a test of that title: as a text of its own, so that no longer title counts for it. */
function hasTest(source: string, title: string): boolean {
  const written = [title, title.replaceAll("'", "\\'")];
  return written.some((each) => ["'", '"', '`'].some((quote) => source.includes(quote + each + quote)));
}

describe('the security document', () => {
  it('names many attacks, and tests for every one of them', () => {
    expect(rows.length).toBeGreaterThan(30);
    const known = new Set(claims.map(({ number }) => number));
    const used = new Set(rows.flatMap((row) => [...row.matchAll(/\bT(\d+)\b/g)].map(([, number]) => Number(number))));
    expect([...used].filter((number) => !known.has(number))).toEqual([]);
    expect([...known].filter((number) => !used.has(number))).toEqual([]);
    expect(claims.map(({ number }) => number)).toEqual(claims.map((_, index) => index + 1));
  });

  it.each(claims)('is right about T$number: $path', ({ path, link, title }) => {
    expect(link).toBe(path);
    expect(existsSync(join(root, path))).toBe(true);
    expect(hasTest(readFileSync(join(root, path), 'utf8'), title)).toBe(true);
  });

  it('would notice a test that is not there', () => {
    expect(hasTest("it('is refused', () => undefined);", 'is refused')).toBe(true);
    expect(hasTest("it('is refused where it is old', () => undefined);", 'is refused')).toBe(false);
  });
});
