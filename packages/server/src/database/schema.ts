// The tables, as queries see them. The migrations make them; the same on SQLite and PostgreSQL.
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** An instant: ISO 8601 in UTC with milliseconds, so that text order is time order on every dialect. */
type Instant = string;

/** 0 or 1, since SQLite has no boolean. */
type Flag = number;

/** A JSON value as text. */
type Json = string;

type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;

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

interface ProductsTable {
  id: string;
  name: string;
  upgradeCode: string;
  enforcement: string;
  enforcementUntil: Nullable<Instant>;
  unknownVersions: string;
  graceHours: number;
  offlineThen: string;
  /** `tell` or `close`. */
  whenProhibited: Generated<string>;
  closeAfterMinutes: Generated<number>;
  signature: string;
  separationOfDuties: Flag;
  createdAt: Instant;
}

interface PublishersTable {
  productId: string;
  subject: string;
  issuer: string;
  /** SHA-256 of the public key that vouches for the name, in hexadecimal; empty until an approval pins it. */
  authorityKey: string;
  /** `approval` or `person`. */
  source: string;
  addedBy: Json;
  addedAt: Instant;
}

interface InstallersTable {
  id: string;
  productId: string;
  /** The version as it is shown, without leading zeros. */
  version: string;
  /** Fixed-width text that sorts as the version does; equal for versions that are the same. */
  versionKey: string;
  productName: string;
  manufacturer: string;
  productCode: string;
  upgradeCode: string;
  packageCode: string;
  architecture: string;
  language: string;
  size: number;
  sha256: string;
  fileName: string;
  signature: Json;
  facts: Json;
  warnings: Json;
  properties: Json;
  releaseNotes: Nullable<string>;
  decision: string;
  decidedBy: Nullable<Json>;
  decidedAt: Nullable<Instant>;
  reason: Nullable<string>;
  note: Nullable<string>;
  /** The path in the catalogue. */
  targetPath: string;
  published: Flag;
  uploadedBy: Json;
  uploadedAt: Instant;
}

interface InstallerDecisionsTable {
  id: GeneratedAlways<number>;
  installerId: string;
  decision: string;
  by: Json;
  at: Instant;
  reason: Nullable<string>;
  note: Nullable<string>;
}

interface ProhibitionsTable {
  id: string;
  productId: string;
  /** `version` or `below`. */
  kind: string;
  version: string;
  versionKey: string;
  reason: string;
  addedBy: Json;
  addedAt: Instant;
  liftedBy: Nullable<Json>;
  liftedAt: Nullable<Instant>;
  liftedReason: Nullable<string>;
}

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

interface UpdatesTable {
  id: string;
  number: number;
  name: string;
  productId: string;
  targetVersion: string;
  targetVersionKey: string;
  requirement: string;
  cutoffAt: Nullable<Instant>;
  cutoffLocal: Nullable<string>;
  startsAt: Nullable<Instant>;
  onFailure: string;
  /** `none`, `download` or `install`. */
  background: Generated<string>;
  state: string;
  pausedReason: Nullable<string>;
  createdBy: Json;
  createdAt: Instant;
  startedAt: Nullable<Instant>;
  endedAt: Nullable<Instant>;
}

interface AssignmentsTable {
  updateId: string;
  workstationId: string;
  state: string;
  /** The last report applied: (attempt, seq). */
  attempt: number;
  seq: number;
  failures: number;
  progressBytes: Nullable<number>;
  progressTotal: Nullable<number>;
  restartNeeded: Flag;
  /** When a policy first carried it. */
  toldAt: Nullable<Instant>;
  /** The time zone that the workstation reported then: what makes a cut-off by its wall clock an instant, for good. */
  timeZone: Nullable<string>;
  /** When a verdict first offered or required it. */
  offeredAt: Nullable<Instant>;
  /** The cut-off as an instant, made one when the workstation was first told. */
  cutoffAt: Nullable<Instant>;
  relaxedUntil: Nullable<Instant>;
  why: Nullable<string>;
  lastError: Nullable<Json>;
  addedAt: Instant;
  updatedAt: Instant;
  installedAt: Nullable<Instant>;
}

interface ReportsTable {
  id: string;
  workstationId: string;
  updateId: string;
  at: Instant;
  receivedAt: Instant;
  attempt: Nullable<number>;
  seq: Nullable<number>;
  state: string;
  /** Whether it moved the assignment; else it was only recorded. */
  applied: Flag;
  code: Nullable<number>;
  exitCode: Nullable<number>;
  detail: Nullable<string>;
}

interface EventsTable {
  seq: number;
  id: string;
  type: string;
  at: Instant;
  actorKind: string;
  actorId: Nullable<string>;
  actorName: string;
  objectKind: string;
  objectId: string;
  objectName: Nullable<string>;
  address: Nullable<string>;
  data: Json;
  /** The very text that was hashed. */
  content: string;
  previousHash: string;
  hash: string;
}

interface EventHeadTable {
  /** Always 1: the one row that is locked last by whoever seals events. */
  id: number;
  seq: number;
  hash: string;
}

interface SigningKeysTable {
  id: string;
  /** `root`, `targets`, `snapshot`, `timestamp` or `director`. */
  role: string;
  publicKey: string;
  /** The private key, encrypted under the passphrase; null where it is kept elsewhere. */
  privateKey: Nullable<string>;
  createdAt: Instant;
  retiredAt: Nullable<Instant>;
}

interface TrustFilesTable {
  /** As it is served: `1.root.json`, `timestamp.json`, `targets/<hash>.director.json`. */
  name: string;
  content: string;
  publishedAt: Instant;
}

interface LeasesTable {
  name: string;
  holder: string;
  until: Instant;
  /** Rises with every new holder: a write under an older fence is refused. */
  fence: number;
}

/** Whose turn it is to download while nobody waits for it. */
interface DownloadTurnsTable {
  workstationId: string;
  granted: Flag;
  askedAt: Instant;
  until: Instant;
}

/** Counts at each time at which they had changed: true until the next one. */
interface CountHistoryTable {
  /** A product, whose workstations are counted by version; or an update, whose assignments are counted by state. */
  ownerId: string;
  at: Instant;
  /** `{ "3.22.1": 17 }`, without zeros. */
  counts: Json;
}

/** Failed attempts of one workstation by one cause. */
interface FailureHistoryTable {
  /** The day (`2026-11-20`), or once that is long ago the month (`2026-11`). */
  period: string;
  updateId: string;
  /** `<code>/<exit code>`, either empty where there is none. */
  cause: string;
  workstationId: string;
  number: number;
  lastAt: Instant;
}

/** How far the events have been taken into the history. */
interface HistoryCursorTable {
  /** Always 1. */
  id: number;
  seq: number;
}

/** A count that triggers keep. On PostgreSQL it is the sum of its slots. */
interface KeptCount {
  slot: number;
  number: number;
}

/** Assignments, by update and state. */
interface AssignmentCountsTable extends KeptCount {
  updateId: string;
  state: string;
}

/** Workstations that are not retired; `claiming` where one claims another's place. */
interface WorkstationCountsTable extends KeptCount {
  status: string;
  online: Flag;
  claiming: Flag;
}

/** What workstations that are not retired have of a product. */
interface InstalledCountsTable extends KeptCount {
  productId: string;
  /** Empty where nothing is installed, `?` for a text that is no version. */
  versionKey: string;
  /** Empty where it is not known. */
  productCode: string;
  osArch: string;
  osLanguage: string;
}

/** Workstations that are not retired, by tag and status. */
interface TagCountsTable extends KeptCount {
  tag: string;
  status: string;
}

/** Every table. */
export interface Tables {
  accounts: AccountsTable;
  sessions: SessionsTable;
  tokens: TokensTable;
  setupLinks: SetupLinksTable;
  settings: SettingsTable;
  products: ProductsTable;
  publishers: PublishersTable;
  installers: InstallersTable;
  installerDecisions: InstallerDecisionsTable;
  prohibitions: ProhibitionsTable;
  installationKeys: InstallationKeysTable;
  workstations: WorkstationsTable;
  workstationTags: WorkstationTagsTable;
  workstationProducts: WorkstationProductsTable;
  verdicts: VerdictsView;
  groups: GroupsTable;
  passes: PassesTable;
  updates: UpdatesTable;
  assignments: AssignmentsTable;
  reports: ReportsTable;
  events: EventsTable;
  eventHead: EventHeadTable;
  signingKeys: SigningKeysTable;
  trustFiles: TrustFilesTable;
  leases: LeasesTable;
  downloadTurns: DownloadTurnsTable;
  countHistory: CountHistoryTable;
  failureHistory: FailureHistoryTable;
  historyCursor: HistoryCursorTable;
  assignmentCounts: AssignmentCountsTable;
  workstationCounts: WorkstationCountsTable;
  installedCounts: InstalledCountsTable;
  tagCounts: TagCountsTable;
}
