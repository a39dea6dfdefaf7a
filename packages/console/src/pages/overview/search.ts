// What the overview keeps in the address: the period of its plots and the product.
import { type RawSearch, readOneOf, readText } from '../../state/search.ts';

/** The periods of the plots, in days. */
export const periods = ['7', '30', '90', '365'] as const;

export interface OverviewSearch {
  days?: (typeof periods)[number] | undefined;
  product?: string | undefined;
}

export function readOverviewSearch(raw: RawSearch): OverviewSearch {
  return { days: readOneOf(raw.days, periods), product: readText(raw.product, 80) };
}
