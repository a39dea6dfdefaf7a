// What stands in the address: filters, sort, page and tab, read with care since anyone can write there.

/** The members that every list has in the address; what is undefined is not there. */
export interface ListSearch {
  page?: number | undefined;
  pageSize?: number | undefined;
  sort?: string | undefined;
  q?: string | undefined;
}

/** An address's search as it was parsed: every value is a text. */
export type RawSearch = Readonly<Record<string, unknown>>;

/** The page sizes that can be chosen. */
export const pageSizes = [25, 50, 100, 200] as const;

/** Rows on a page where nothing else was chosen. */
export const defaultPageSize = 50;

/** Search parameters of an address: texts alone, so that a version `3.10` stays `3.10`. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

/** The same, written: what is undefined or empty is left out. */
export function stringifySearch(search: Record<string, unknown>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(search)) {
    if (typeof value === 'string' && value !== '') parameters.set(name, value);
    if (typeof value === 'number' || value === true) parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

/** A text of at most `longest` characters, or nothing. */
export function readText(value: unknown, longest = 200): string | undefined {
  return typeof value === 'string' && value !== '' ? value.slice(0, longest) : undefined;
}

/** One of a closed list, or nothing. */
export function readOneOf<Value extends string>(value: unknown, allowed: readonly Value[]): Value | undefined {
  return allowed.find((candidate) => candidate === value);
}

/** A flag: there, or not. */
export function readFlag(value: unknown): true | undefined {
  return value === 'true' || value === true ? true : undefined;
}

/** A whole number within limits, or nothing. */
export function readWhole(value: unknown, least: number, most: number): number | undefined {
  const number = typeof value === 'number' ? value : typeof value === 'string' ? Number(value) : Number.NaN;
  return Number.isInteger(number) && number >= least && number <= most ? number : undefined;
}

/**
 * Reads an address with `read`, and lets go of everything that `read` does not know: the router would hand it on, and the
 * server refuses what it does not know, such as the tag that a mail program hangs on a link.
 */
export function exactly<Search extends object>(read: (raw: RawSearch) => Search): (raw: RawSearch) => Search {
  return (raw) => ({ ...Object.fromEntries(Object.keys(raw).map((name) => [name, undefined])), ...read(raw) });
}

function readSortOf(value: unknown, sorts: readonly string[]): string | undefined {
  return readOneOf(
    value,
    sorts.flatMap((field) => [field, `-${field}`]),
  );
}

/** The members that every list has; `sorts` are the fields that it can be sorted by. */
export function readList(raw: RawSearch, sorts: readonly string[]): ListSearch {
  const pageSize = readWhole(raw.pageSize, 1, 500);
  return {
    page: readWhole(raw.page, 2, 1_000_000),
    pageSize: pageSize === defaultPageSize ? undefined : pageSize,
    sort: readSortOf(raw.sort, sorts),
    q: readText(raw.q),
  };
}

/** The query that a list is asked with. */
export function listQuery<Search extends ListSearch>(search: Search): Search & { page: number; pageSize: number } {
  return { ...search, page: search.page ?? 1, pageSize: search.pageSize ?? defaultPageSize };
}

/** What a list is narrowed to: what stands in its search beside page, page size and order. */
export function filtersOf<Search extends ListSearch>(search: Search): Partial<Search> {
  const { page: _page, pageSize: _pageSize, sort: _sort, ...filters } = search;
  return Object.fromEntries(Object.entries(filters).filter(([, value]) => value !== undefined)) as Partial<Search>;
}

/** The query that a list is exported with: its filters and its order, all pages. */
export function exportQuery<Search extends ListSearch>(search: Search): Omit<Search, 'page' | 'pageSize'> {
  const { page: _page, pageSize: _pageSize, ...query } = search;
  return query;
}

/** A sort as it stands in the address: `-` before it means descending. */
export function readSort(sort: string | undefined): { field: string; descending: boolean } | null {
  if (sort === undefined) return null;
  return sort.startsWith('-') ? { field: sort.slice(1), descending: true } : { field: sort, descending: false };
}

/** The sort after a click on a column's head: ascending, descending, the list's own order. */
export function nextSort(sort: string | undefined, field: string): string | undefined {
  if (sort === field) return `-${field}`;
  return sort === `-${field}` ? undefined : field;
}
