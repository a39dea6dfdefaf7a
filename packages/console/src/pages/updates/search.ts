// What the pages on updates keep in the address.
import { assignmentStates, updateStates } from '@usher/core';
import type { AssignmentState, UpdateState } from '../../api/types.ts';
import { type ListSearch, type RawSearch, readList, readOneOf, readText } from '../../state/search.ts';

/** The tabs of an update's page. */
export const updateTabs = ['progress', 'workstations', 'review', 'events', 'criteria'] as const;

export interface UpdatesSearch extends ListSearch {
  state?: UpdateState | undefined;
  product?: string | undefined;
}

export function readUpdatesSearch(raw: RawSearch): UpdatesSearch {
  return { ...readList(raw), state: readOneOf(raw.state, updateStates), product: readText(raw.product, 80) };
}

export interface UpdateSearch extends ListSearch {
  tab?: (typeof updateTabs)[number] | undefined;
  state?: AssignmentState | undefined;
}

export function readUpdateSearch(raw: RawSearch): UpdateSearch {
  return { ...readList(raw), tab: readOneOf(raw.tab, updateTabs), state: readOneOf(raw.state, assignmentStates) };
}

/** A new update can be begun from an installer, or as a copy of another update. */
export interface NewUpdateSearch {
  product?: string | undefined;
  version?: string | undefined;
  copy?: string | undefined;
}

export function readNewUpdateSearch(raw: RawSearch): NewUpdateSearch {
  return { product: readText(raw.product, 80), version: readText(raw.version, 64), copy: readText(raw.copy, 80) };
}
