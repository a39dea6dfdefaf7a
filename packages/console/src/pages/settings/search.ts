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

/** What the accounts can be sorted by. */
export const accountSorts = ['name', 'email', 'role', 'status', 'lastSignInAt', 'createdAt'] as const;
export type AccountSort = (typeof accountSorts)[number];

/** What the API tokens can be sorted by. */
export const tokenSorts = ['name', 'role', 'expiresAt', 'lastUsedAt', 'createdAt'] as const;
export type TokenSort = (typeof tokenSorts)[number];

/** What the installation keys can be sorted by. */
export const keySorts = ['label', 'uses', 'expiresAt', 'createdAt'] as const;
export type KeySort = (typeof keySorts)[number];

/** What the products can be sorted by. */
export const productSorts = ['name', 'createdAt'] as const;
export type ProductSort = (typeof productSorts)[number];

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
  return {
    ...readList(raw, accountSorts),
    role: readOneOf(raw.role, roles),
    status: readOneOf(raw.status, accountStatuses),
  };
}

export function readTokensSearch(raw: RawSearch): TokensSearch {
  return {
    ...readList(raw, tokenSorts),
    role: readOneOf(raw.role, roles),
    status: readOneOf(raw.status, tokenStatuses),
  };
}

export function readKeysSearch(raw: RawSearch): KeysSearch {
  return { ...readList(raw, keySorts), status: readOneOf(raw.status, keyStatuses) };
}

export function readProductsSearch(raw: RawSearch): ProductsSearch {
  return { ...readList(raw, productSorts), enforcement: readOneOf(raw.enforcement, enforcements) };
}
