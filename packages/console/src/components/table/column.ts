// A column of a list: what it is called, what a cell shows, and what a file of it says.
import type { ReactNode } from 'react';

/** A row of an export as the server has it: by the names of its columns, or a whole object. */
export type RawRow = Readonly<Record<string, unknown>>;

/** A column. `id` is what the list's export calls it; `sort` is the server's field name where the list can be sorted by it. */
export interface Column<Row, Sort extends string = string> {
  readonly id: string;
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  /** What a file for a person says in place of the server's own word; the value as it is, where this is left out. */
  readonly words?: (value: unknown, row: RawRow) => string;
  /** Other columns of the export that `words` reads. */
  readonly beside?: readonly string[];
  readonly sort?: Sort;
  /** Holds buttons: an export leaves it out. */
  readonly isAction?: boolean;
  /** Left out on a screen that is not wide, unless chosen. */
  readonly isWide?: boolean;
  /** Left out unless chosen. */
  readonly isExtra?: boolean;
  /** Always shown: it names the row. */
  readonly isFixed?: boolean;
  readonly align?: 'end';
  /** Its texts may be long: they are broken into lines. */
  readonly isLong?: boolean;
  readonly minWidth?: number;
}
