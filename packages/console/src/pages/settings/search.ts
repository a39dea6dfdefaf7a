// What the lists of the settings keep in the address.
import { roles, type Role } from '@usher/protocol/roles';
import type { Account, ApiToken, InstallationKey, Product } from '../../api/types.ts';
import { type ListSearch, type RawSearch, readList, readOneOf } from '../../state/search.ts';

/** In the order of the filters. */
export const accountStatuses = ['active', 'disabled'] as const satisfies readonly Account['status'][];
export const tokenStatuses = ['valid', 'expired', 'revoked'] as const satisfies readonly ApiToken['status'][];
export const keyStatuses = [
  'valid',
  'expired',
  'used-up',
  'revoked',
] as const satisfies readonly InstallationKey['status'][];
export const enforcements = ['enforce', 'observe'] as const satisfies readonly Product['enforcement'][];

export interface AccountsSearch extends ListSearch {
  role?: Role | undefined;
  status?: Account['status'] | undefined;
}

export interface TokensSearch extends ListSearch {
  role?: Role | undefined;
  status?: ApiToken['status'] | undefined;
}

export interface KeysSearch extends ListSearch {
  status?: InstallationKey['status'] | undefined;
}

export interface ProductsSearch extends ListSearch {
  enforcement?: Product['enforcement'] | undefined;
}

export function readAccountsSearch(raw: RawSearch): AccountsSearch {
  return { ...readList(raw), role: readOneOf(raw.role, roles), status: readOneOf(raw.status, accountStatuses) };
}

export function readTokensSearch(raw: RawSearch): TokensSearch {
  return { ...readList(raw), role: readOneOf(raw.role, roles), status: readOneOf(raw.status, tokenStatuses) };
}

export function readKeysSearch(raw: RawSearch): KeysSearch {
  return { ...readList(raw), status: readOneOf(raw.status, keyStatuses) };
}

export function readProductsSearch(raw: RawSearch): ProductsSearch {
  return { ...readList(raw), enforcement: readOneOf(raw.enforcement, enforcements) };
}
