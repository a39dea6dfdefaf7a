// What the database says and the published catalogue does not say yet.
import { canonicalJson, describeDraft, type CatalogueContents } from '@usher/trust';
import type { Reader } from '../../database/database.ts';
import { findFile, readCatalogue } from './store.ts';

/** What the next publication would change. An installer whose facts change is among both. */
export interface Waiting {
  /** Paths of installers that it would add. */
  readonly added: readonly string[];
  /** Paths of installers that it would remove. */
  readonly removed: readonly string[];
  /** Whether prohibitions change. */
  readonly prohibitions: boolean;
  /** Whether the director's keys change. */
  readonly directorKeys: boolean;
}

/** The difference; null where there is none. */
export function whatWaits(published: CatalogueContents, wanted: CatalogueContents): Waiting | null {
  const before = byText(published);
  const after = byText(wanted);
  const waiting: Waiting = {
    added: notIn(after, before),
    removed: notIn(before, after),
    prohibitions: textOf(published.prohibited) !== textOf(wanted.prohibited),
    directorKeys: textOf([...published.directorKeys].sort()) !== textOf([...wanted.directorKeys].sort()),
  };
  const { added, removed, prohibitions, directorKeys } = waiting;
  return added.length + removed.length > 0 || prohibitions || directorKeys ? waiting : null;
}

/** What the published catalogue says; null where there is none yet. */
export async function publishedContents(read: Reader): Promise<CatalogueContents | null> {
  const catalogue = await readCatalogue(read);
  if (catalogue === null) return null;
  const files = new Map<string, Uint8Array>();
  for (const name of catalogue.names.filter((each) => each.startsWith('targets/'))) {
    files.set(name, Buffer.from((await findFile(read, name)) ?? ''));
  }
  const { root: base, targets: metadata } = catalogue.repository;
  return describeDraft({ base, root: null, targets: { metadata, files } }).targets?.contents ?? null;
}

function byText({ installers }: CatalogueContents): Map<string, string> {
  return new Map(installers.map((installer) => [textOf(installer), installer.path]));
}

function notIn(these: ReadonlyMap<string, string>, those: ReadonlyMap<string, string>): string[] {
  return [...these].filter(([text]) => !those.has(text)).map(([, path]) => path);
}

/** The same text for the same value, in whatever order its members stand. */
function textOf(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value)));
}
