// A column of a list: what it is called, what a cell shows, and what the same cell is as text in an export.
import type { ReactNode } from 'react';

/** A column. `sort` is the server's field name where the list can be sorted by it. */
export interface Column<Row> {
  readonly id: string;
  readonly label: string;
  readonly cell: (row: Row) => ReactNode;
  readonly text: (row: Row) => string;
  readonly sort?: string;
  /** Left out unless chosen. */
  readonly isExtra?: boolean;
  /** Always shown: it names the row. */
  readonly isFixed?: boolean;
  readonly align?: 'end';
  /** Its texts may be long: they are broken into lines. */
  readonly isLong?: boolean;
  readonly minWidth?: number;
}
