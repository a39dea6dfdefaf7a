// One thing done to many rows of a list: which rows a request means.
import type { ProblemCode } from '@usher/protocol';
import { ProblemError } from '../problem-error.ts';

/** Some rows of a list, as `bulkSchema` of the protocol takes them: these, or all that a filter means. */
export interface WhichRows<Filter> {
  readonly ids?: readonly string[] | undefined;
  readonly filter?: Filter | undefined;
}

interface RowSource<Row, Filter> {
  readonly byIds: (ids: readonly string[]) => Promise<Row[]>;
  readonly byFilter: (filter: Filter) => Promise<Row[]>;
  /** What is answered where an id is nobody's. */
  readonly unknown: ProblemCode;
}

/** The rows that a request means. @throws ProblemError naming the ids that are nobody's */
export async function rowsMeant<Row extends { readonly id: string }, Filter>(
  { ids, filter }: WhichRows<Filter>,
  source: RowSource<Row, Filter>,
): Promise<Row[]> {
  if (filter !== undefined) return source.byFilter(filter);
  const asked = [...new Set(ids)];
  const rows = await source.byIds(asked);
  const known = new Set(rows.map(({ id }) => id));
  const unknown = asked.filter((id) => !known.has(id));
  if (unknown.length > 0) throw new ProblemError(source.unknown, `Nobody knows ${unknown.slice(0, 20).join(', ')}.`);
  return rows;
}
