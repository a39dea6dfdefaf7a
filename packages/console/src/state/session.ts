// The account that is signed in, and what its role allows.
import { isPermitted, type Permission } from '@usher/protocol/roles';
import { createContext, use } from 'react';
import type { Account } from '../api/types.ts';

/** The account that is signed in; only pages behind the sign-in read it. */
export const AccountContext = createContext<Account | null>(null);

/** The account that is signed in. */
export function useAccount(): Account {
  const account = use(AccountContext);
  if (account === null) throw new Error('This page is shown to signed-in accounts only');
  return account;
}

/** Whether the account may do this; what it may not do is not shown. */
export function usePermission(permission: Permission): boolean {
  return isPermitted(useAccount().role, permission);
}
