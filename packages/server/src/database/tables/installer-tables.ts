// Products, their publishers, and installers with the decisions on them.
import type { Generated, GeneratedAlways } from 'kysely';
import type { Flag, Instant, Json, Nullable } from './column-types.ts';

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

/** Products, publishers, installers, decisions and prohibitions. */
export interface InstallerTables {
  products: ProductsTable;
  publishers: PublishersTable;
  installers: InstallersTable;
  installerDecisions: InstallerDecisionsTable;
  prohibitions: ProhibitionsTable;
}
