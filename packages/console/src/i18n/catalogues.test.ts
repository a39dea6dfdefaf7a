// The three catalogues: the same keys, the same placeholders, every closed list of the wire covered.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { problemCodes, startCodeNumbers, eventTypeNames, whyCodes } from '@usher/protocol';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';
import { fillPlurals } from './fill-plurals.ts';
import { catalogue as en } from './locales/en/index.ts';
import { catalogue as es } from './locales/es/index.ts';
import { catalogue as ptBr } from './locales/pt-BR/index.ts';

type Texts = Record<string, string>;

function flatten(tree: object, before = ''): Texts {
  return Object.assign(
    {},
    ...Object.entries(tree).map(([key, value]: [string, unknown]) =>
      typeof value === 'string' ? { [before + key]: value } : flatten(value as object, `${before}${key}.`),
    ),
  ) as Texts;
}

const placeholders = (text: string) => [...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]).sort();

const english = flatten(en);

describe.each([
  ['pt-BR', flatten(ptBr)],
  ['es', flatten(es)],
])('the catalogue %s', (language, texts) => {
  it('has exactly the English keys', () => {
    expect(Object.keys(texts).sort()).toEqual(Object.keys(english).sort());
  });

  it('keeps the placeholders of every text', () => {
    const differing = Object.keys(english).filter(
      (key) => placeholders(english[key] ?? '').join() !== placeholders(texts[key] ?? '').join(),
    );
    expect(differing).toEqual([]);
  });

  it('has no empty text and leaves nothing longer than a word in English', () => {
    const sentences = Object.keys(english).filter((key) => (english[key]?.split(' ').length ?? 0) > 3);
    const left = sentences.filter((key) => texts[key] === english[key] && !/command|Example$/.test(key));
    expect(left).toEqual([]);
    expect(Object.values(texts).filter((text) => text.trim() === '')).toEqual([]);
  });

  it('has a text for every plural form of the language', () => {
    const filled = flatten(fillPlurals(language === 'es' ? es : ptBr));
    const forms = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
    const bases = Object.keys(english)
      .filter((key) => key.endsWith('_other'))
      .map((key) => key.slice(0, -'_other'.length));
    const missing = bases.flatMap((base) => forms.map((form) => `${base}_${form}`)).filter((key) => !(key in filled));
    expect(missing).toEqual([]);
  });
});

describe('every catalogue', () => {
  it.each([
    ['problem codes', problemCodes, 'problems'],
    ['event types', eventTypeNames, 'eventTypes'],
    ['reasons of an assignment', whyCodes, 'whys'],
    ['codes of a start', startCodeNumbers.map(String), 'codes'],
  ])('has a text for all %s', (_what, names, group) => {
    expect(names.filter((name) => !(`${group}.${name}` in english))).toEqual([]);
  });
});

/** Attributes whose value a person reads or hears. */
const spoken = new Set(['label', 'title', 'placeholder', 'description', 'aria-label', 'alt', 'note', 'text']);

function textsInCode(file: string): string[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isJsxText(node) && /\p{L}{2,}/u.test(node.text)) found.push(`${file}: ${node.text.trim()}`);
    if (
      ts.isJsxAttribute(node) &&
      spoken.has(node.name.getText()) &&
      node.initializer !== undefined &&
      ts.isStringLiteral(node.initializer) &&
      /\p{L}/u.test(node.initializer.text)
    ) {
      found.push(`${file}: ${node.name.getText()}="${node.initializer.text}"`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

describe('the code', () => {
  it('holds no text of its own', () => {
    const folder = join(import.meta.dirname, '..');
    const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) =>
      /(?<!\.test)\.tsx$/.test(file),
    );
    expect(files.length).toBeGreaterThan(40);
    expect(files.flatMap((file) => textsInCode(join(folder, file)))).toEqual([]);
  });
});
