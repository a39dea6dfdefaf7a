// Accounts and how people and programs sign in.
import type { Instant, Json, Nullable } from './column-types.ts';

interface AccountsTable {
  id: string;
  email: string;
  name: string;
  role: string;
  status: string;
  passwordHash: string;
  language: Nullable<string>;
  theme: string;
  createdAt: Instant;
  lastSignInAt: Nullable<Instant>;
}

interface SessionsTable {
  hash: string;
  accountId: string;
  createdAt: Instant;
  lastUsedAt: Instant;
  expiresAt: Instant;
  address: Nullable<string>;
}

interface TokensTable {
  id: string;
  hash: string;
  name: string;
  role: string;
  createdBy: string;
  createdAt: Instant;
  expiresAt: Nullable<Instant>;
  lastUsedAt: Nullable<Instant>;
  revokedAt: Nullable<Instant>;
}

interface SetupLinksTable {
  hash: string;
  createdAt: Instant;
  expiresAt: Instant;
}

interface SettingsTable {
  name: string;
  value: Json;
}

/** Accounts, their sessions and tokens, the one-time link to the first one, and settings. */
export interface AccountTables {
  accounts: AccountsTable;
  sessions: SessionsTable;
  tokens: TokensTable;
  setupLinks: SetupLinksTable;
  settings: SettingsTable;
}
