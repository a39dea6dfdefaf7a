// What the list of installers keeps in the address.
import type { Decision } from '../../api/types.ts';
import { type ListSearch, type RawSearch, readList, readOneOf, readText } from '../../state/search.ts';

/** The decisions, in the order of the filter. */
export const decisions = ['pending', 'approved', 'disapproved'] as const satisfies readonly Decision[];

/** What the list can be sorted by. */
export const installerSorts = [
  'version',
  'product',
  'architecture',
  'language',
  'decision',
  'uploadedAt',
  'size',
] as const;
export type InstallerSort = (typeof installerSorts)[number];

export interface InstallersSearch extends ListSearch {
  decision?: Decision | undefined;
  product?: string | undefined;
  version?: string | undefined;
}

export function readInstallersSearch(raw: RawSearch): InstallersSearch {
  return {
    ...readList(raw, installerSorts),
    decision: readOneOf(raw.decision, decisions),
    product: readText(raw.product, 80),
    version: readText(raw.version, 64),
  };
}
