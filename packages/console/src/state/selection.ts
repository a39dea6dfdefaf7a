// Which rows of a list are chosen: some by id, over several pages, or all that match the filters.

/** A selection of rows. */
export type Selection =
  { readonly kind: 'ids'; readonly ids: ReadonlySet<string> } | { readonly kind: 'all'; readonly total: number };

/** Nothing is chosen. */
export const nothingSelected: Selection = { kind: 'ids', ids: new Set() };

/** How many rows are chosen. */
export function selectedCount(selection: Selection): number {
  return selection.kind === 'all' ? selection.total : selection.ids.size;
}

/** Whether this row is chosen. */
export function isSelected(selection: Selection, id: string): boolean {
  return selection.kind === 'all' || selection.ids.has(id);
}

/** Chooses a row or lets it go. Letting one of "all that match" go leaves the others of this page chosen. */
export function toggle(selection: Selection, id: string, pageIds: readonly string[]): Selection {
  const ids = new Set(selection.kind === 'all' ? pageIds : selection.ids);
  if (!ids.delete(id)) ids.add(id);
  return { kind: 'ids', ids };
}

/** Chooses the whole page, or lets it go where it was chosen whole. */
export function togglePage(selection: Selection, pageIds: readonly string[]): Selection {
  if (selection.kind === 'all') return nothingSelected;
  const ids = new Set(selection.ids);
  const isWhole = pageIds.every((id) => ids.has(id));
  for (const id of pageIds) {
    if (isWhole) ids.delete(id);
    else ids.add(id);
  }
  return { kind: 'ids', ids };
}

/** How much of the page is chosen. */
export function pageState(selection: Selection, pageIds: readonly string[]): 'none' | 'some' | 'whole' {
  const count = pageIds.filter((id) => isSelected(selection, id)).length;
  return count === 0 ? 'none' : count === pageIds.length ? 'whole' : 'some';
}
