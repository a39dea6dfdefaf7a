// Which columns a person has chosen for a list; kept in this browser.
import { useCallback, useMemo, useState } from 'react';
import { readStored, store } from '../../state/stored.ts';
import type { Column } from './column.ts';

/** Which columns are shown, by their ids. */
export type Visibility = Record<string, boolean>;

/** From here on a list has room for its wide columns. */
const wideScreen = '(min-width: 1500px)';

function initial<Row>(name: string, columns: readonly Column<Row>[]): Visibility {
  const isWide = window.matchMedia(wideScreen).matches;
  const usual = Object.fromEntries(
    columns.map((column) => [column.id, column.isExtra !== true && (isWide || column.isWide !== true)]),
  );
  const stored = readStored(`columns.${name}`);
  if (stored === null) return usual;
  const chosen = new Set(stored.split(','));
  return Object.fromEntries(columns.map((column) => [column.id, column.isFixed === true || chosen.has(column.id)]));
}

/** The choice of columns of the list called `name`, and how to change it. */
export function useColumns<Row>(name: string, columns: readonly Column<Row>[]) {
  const usual = useMemo(() => initial(name, columns), [name, columns]);
  const [chosen, setChosen] = useState<Visibility | null>(null);
  const visibility = chosen ?? usual;
  const setVisible = useCallback(
    (id: string, isVisible: boolean) => {
      const next = { ...visibility, [id]: isVisible };
      setChosen(next);
      const names = Object.keys(next).filter((key) => next[key] === true);
      store(`columns.${name}`, names.join(','));
    },
    [name, visibility],
  );
  return { visibility, setVisible };
}
