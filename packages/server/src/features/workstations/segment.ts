// Parts of a list of workstations, one after the other.
import { countOf, type WorkstationQuery } from './read-model.ts';

/** Part of a list: rows in one order, after those of the part before. */
export interface Segment {
  ids(limit: number, offset: number): Promise<string[]>;
  count(): Promise<number>;
}

/** A part whose rows are workstations. */
export function segment(query: WorkstationQuery): Segment {
  return {
    ids: async (limit, offset) => {
      const rows = await query.select('workstations.id').limit(limit).offset(offset).execute();
      return rows.map(({ id }) => id);
    },
    count: () => countOf(query.clearOrderBy()),
  };
}
