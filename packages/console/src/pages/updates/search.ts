// What the pages on updates keep in the address.
import { assignmentStates, updateStates } from '@usher/core';
import type { AssignmentState, UpdateState } from '../../api/types.ts';
import { type ListSearch, type RawSearch, readList, readOneOf, readText } from '../../state/search.ts';

/** The tabs of an update's page. */
export const updateTabs = ['progress', 'workstations', 'review', 'events', 'criteria'] as const;

/** What the list of updates can be sorted by. */
export const updateSorts = ['name', 'createdAt'] as const;
export type UpdateSort = (typeof updateSorts)[number];

export interface UpdatesSearch extends ListSearch {
  state?: UpdateState | undefined;
  product?: string | undefined;
}

export function readUpdatesSearch(raw: RawSearch): UpdatesSearch {
  return {
    ...readList(raw, updateSorts),
    state: readOneOf(raw.state, updateStates),
    product: readText(raw.product, 80),
  };
}

/** What an update's workstations can be sorted by. */
export const assignmentSorts = ['hostname', 'state', 'installedVersion', 'attempts', 'updatedAt'] as const;
export type AssignmentSort = (typeof assignmentSorts)[number];

export interface UpdateSearch extends ListSearch {
  tab?: (typeof updateTabs)[number] | undefined;
  state?: AssignmentState | undefined;
}

export function readUpdateSearch(raw: RawSearch): UpdateSearch {
  return {
    ...readList(raw, assignmentSorts),
    tab: readOneOf(raw.tab, updateTabs),
    state: readOneOf(raw.state, assignmentStates),
  };
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
