// Workstations and what they have, their keys, groups and passes.
import type { GeneratedAlways } from 'kysely';
import type { Flag, Instant, Json, Nullable } from './column-types.ts';

interface InstallationKeysTable {
  id: string;
  label: string;
  secretHash: string;
  autoAuthorize: Flag;
  expiresAt: Instant;
  maxUses: Nullable<number>;
  uses: number;
  createdBy: Json;
  createdAt: Instant;
  revokedAt: Nullable<Instant>;
}

interface WorkstationsTable {
  id: string;
  machineId: string;
  publicKey: string;
  /** SHA-256 of the token; null once the token has ended (retired, replaced). */
  tokenHash: Nullable<string>;
  hostname: string;
  /** The host name in lower case: what lists are ordered and names are looked up by. */
  nameKey: string;
  /** Host name and user in lower case, one per line: what is searched. */
  searchText: string;
  osPlatform: string;
  osRelease: string;
  osArch: string;
  osLanguage: string;
  timeZone: string;
  userName: Nullable<string>;
  status: string;
  /** The workstation whose machine id this one came with, without proof. */
  claimsId: Nullable<string>;
  keyId: Nullable<string>;
  note: Nullable<string>;
  activatedAt: Instant;
  lastSeenAt: Nullable<Instant>;
  online: Flag;
  retiredAt: Nullable<Instant>;
  /** The workstation that took over the place of this one. */
  replacedBy: Nullable<string>;
  /** The newest event that this workstation has seen. */
  logSeq: Nullable<number>;
  logHash: Nullable<string>;
}

interface WorkstationTagsTable {
  workstationId: string;
  tag: string;
}

interface WorkstationProductsTable {
  workstationId: string;
  productId: string;
  installedVersion: Nullable<string>;
  /** Null where nothing is installed or the version is unreadable. */
  versionKey: Nullable<string>;
  productCode: Nullable<string>;
  /** The version that the rules want there, as of the last check. */
  desiredVersion: Nullable<string>;
  /** What the last check was answered. */
  verdict: Nullable<Json>;
  checkedAt: Nullable<Instant>;
  lastErrorAt: Nullable<Instant>;
  lastError: Nullable<Json>;
}

/** A view of `workstationProducts`: the parts of the last verdict, which the database itself takes out of it. */
interface VerdictsView {
  workstationId: string;
  productId: string;
  verdictAction: GeneratedAlways<string | null>;
  verdictCode: GeneratedAlways<number | null>;
  verdictReason: GeneratedAlways<string | null>;
  observedAction: GeneratedAlways<string | null>;
  observedCode: GeneratedAlways<number | null>;
}

interface GroupsTable {
  id: string;
  name: string;
  filter: Json;
  createdBy: Json;
  createdAt: Instant;
}

interface PassesTable {
  id: string;
  workstationId: string;
  productId: string;
  until: Instant;
  reason: string;
  givenBy: Json;
  givenAt: Instant;
  withdrawnAt: Nullable<Instant>;
  usedAt: Nullable<Instant>;
}

/** Workstations, their tags, products and passes, installation keys, and groups. */
export interface WorkstationTables {
  installationKeys: InstallationKeysTable;
  workstations: WorkstationsTable;
  workstationTags: WorkstationTagsTable;
  workstationProducts: WorkstationProductsTable;
  verdicts: VerdictsView;
  groups: GroupsTable;
  passes: PassesTable;
}
