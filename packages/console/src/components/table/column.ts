// A column of a list: what it is called and what a cell shows.
import type { ReactNode } from 'react';

/** A column. `id` is what the list's export calls it; `sort` is the server's field name where the list can be sorted by it. */
export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  readonly sort?: string;
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
