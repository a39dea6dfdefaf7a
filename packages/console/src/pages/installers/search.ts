// What the list of installers keeps in the address.
import type { Decision } from '../../api/types.ts';
import { type ListSearch, type RawSearch, readList, readOneOf, readText } from '../../state/search.ts';

/** The decisions, in the order of the filter. */
export const decisions = ['pending', 'approved', 'disapproved'] as const satisfies readonly Decision[];

export interface InstallersSearch extends ListSearch {
  decision?: Decision | undefined;
  product?: string | undefined;
  version?: string | undefined;
}

export function readInstallersSearch(raw: RawSearch): InstallersSearch {
  return {
    ...readList(raw),
    decision: readOneOf(raw.decision, decisions),
    product: readText(raw.product, 80),
    version: readText(raw.version, 64),
  };
}
