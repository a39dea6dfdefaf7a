// The columns of the exports, by the names under which the console shows them, as words and numbers of the API.
import type {
  Account,
  AssignmentItem,
  groupSchema,
  Installer,
  installationKeySchema,
  Product,
  tokenSchema,
  Update,
  Workstation,
} from '@usher/protocol';
import type * as z from 'zod';
import type { Columns } from './export-file.ts';

interface ShownError {
  readonly code: number | null;
  readonly exitCode: number | null;
  readonly detail: string | null;
}

function failure(error: ShownError | null): string | null {
  if (error === null) return null;
  const { code, exitCode, detail } = error;
  return [code, exitCode === null ? null : `(${exitCode})`, detail].filter((part) => part !== null).join(' ');
}

function flag(isSo: boolean): string {
  return isSo ? 'true' : 'false';
}

/** Of the list of installers. */
export const installerColumns: Columns<Installer> = {
  version: (row) => row.version,
  product: (row) => row.product.name,
  productName: (row) => row.productName,
  architecture: (row) => row.architecture,
  language: (row) => row.language,
  signer: (row) => row.signature.publisher?.subject ?? null,
  decision: (row) => row.decision,
  decidedBy: (row) => row.decidedBy?.name ?? null,
  decidedAt: (row) => row.decidedAt,
  reason: (row) => row.reason,
  installedOn: (row) => row.installedOn,
  uploadedBy: (row) => row.uploadedBy.name,
  uploadedAt: (row) => row.uploadedAt,
  size: (row) => row.size,
  manufacturer: (row) => row.manufacturer,
  fileName: (row) => row.fileName,
  productCode: (row) => row.productCode,
  sha256: (row) => row.sha256,
  id: (row) => row.id,
};

/** Of the list of updates. */
export const updateColumns: Columns<Update> = {
  name: (row) => row.name,
  number: (row) => row.number,
  state: (row) => row.state,
  suspended: (row) => row.suspended,
  target: (row) => row.target.version,
  product: (row) => row.product.name,
  requirement: (row) => row.requirement,
  cutoff: (row) => row.cutoffAt ?? row.cutoffLocal,
  progress: (row) => `${row.counts.installed}/${row.total}`,
  installed: (row) => row.counts.installed,
  total: (row) => row.total,
  failed: (row) => row.counts.failed,
  startsAt: (row) => row.startedAt ?? row.startsAt,
  endedAt: (row) => row.endedAt,
  createdAt: (row) => row.createdAt,
  createdBy: (row) => row.createdBy.name,
  id: (row) => row.id,
};

/** Of the list of workstations. */
export const workstationColumns: Columns<Workstation> = {
  hostname: (row) => row.hostname,
  status: (row) => row.status,
  user: (row) => row.user,
  os: (row) => `${row.os.platform} ${row.os.release} ${row.os.arch}`,
  installedVersion: (row) => versionOf(row, 'installedVersion'),
  desiredVersion: (row) => versionOf(row, 'desiredVersion'),
  verdict: (row) => verdictOf(row),
  updateState: (row) => row.updateState?.state ?? null,
  update: (row) => row.updateState?.update.name ?? null,
  online: (row) => flag(row.online),
  lastSeenAt: (row) => row.lastSeenAt,
  lastError: (row) => failure(row.lastError),
  lastErrorAt: (row) => row.lastError?.at ?? null,
  tags: (row) => row.tags.join(' '),
  note: (row) => row.note,
  activatedAt: (row) => row.activatedAt,
  machineId: (row) => row.machineId,
  claims: (row) => row.claims?.hostname ?? null,
  id: (row) => row.id,
};

/** The version of the product that the list is about; where it is about several, those of all of them, each with its product. */
function versionOf(row: Workstation, field: 'installedVersion' | 'desiredVersion'): string | null {
  if (row[field] !== null) return row[field];
  const known = row.products.filter((one) => one[field] !== null);
  if (known.length === 0) return null;
  return known.length === 1 && row.products.length === 1
    ? (known[0]?.[field] ?? null)
    : known.map((one) => `${one.product.name} ${one[field] ?? ''}`).join(', ');
}

function verdictOf({ products, installedVersion }: Workstation): string | null {
  const shown = products.length === 1 ? products[0] : products.find((one) => one.installedVersion === installedVersion);
  const verdict = shown?.verdict ?? null;
  if (verdict === null) return null;
  return verdict.code === null ? `${verdict.action} ${verdict.reason}` : `${verdict.action} ${verdict.code}`;
}

/** Of the workstations of an update. */
export const assignmentColumns: Columns<AssignmentItem> = {
  hostname: (row) => row.workstation.hostname,
  state: (row) => row.state,
  progress: (row) => (row.progress === null ? null : `${row.progress.bytes}/${row.progress.total}`),
  attempts: (row) => row.attempts,
  installedVersion: (row) => row.installedVersion,
  restartNeeded: (row) => flag(row.restartNeeded),
  lastError: (row) => failure(row.lastError),
  lastErrorAt: (row) => row.lastError?.at ?? null,
  logTail: (row) => row.lastError?.logTail ?? null,
  why: (row) => row.why,
  whyCode: (row) => row.whyCode,
  whyFacts: (row) => (row.whyFacts === null ? null : JSON.stringify(row.whyFacts)),
  cutoffAt: (row) => row.cutoffAt,
  relaxedUntil: (row) => row.relaxedUntil,
  updatedAt: (row) => row.updatedAt,
  id: (row) => row.workstation.id,
};

/** Of the list of groups. */
export const groupColumns: Columns<z.output<typeof groupSchema>> = {
  name: (row) => row.name,
  filter: (row) => JSON.stringify(row.filter),
  workstations: (row) => row.workstations,
  createdBy: (row) => row.createdBy.name,
  createdAt: (row) => row.createdAt,
  id: (row) => row.id,
};

/** Of the list of products. */
export const productColumns: Columns<Product> = {
  name: (row) => row.name,
  enforcement: (row) => row.enforcement,
  enforcementUntil: (row) => row.enforcementUntil,
  unknownVersions: (row) => row.unknownVersions,
  signature: (row) => row.signature,
  graceHours: (row) => row.offline.graceHours,
  offlineThen: (row) => row.offline.then,
  separationOfDuties: (row) => flag(row.separationOfDuties),
  publishers: (row) => row.publishers.map(({ subject }) => subject).join('; '),
  installers: (row) => row.installers,
  workstations: (row) => row.workstations,
  upgradeCode: (row) => row.upgradeCode,
  createdAt: (row) => row.createdAt,
  id: (row) => row.id,
};

/** Of the list of accounts. */
export const accountColumns: Columns<Account> = {
  name: (row) => row.name,
  email: (row) => row.email,
  role: (row) => row.role,
  status: (row) => row.status,
  language: (row) => row.language,
  lastSignInAt: (row) => row.lastSignInAt,
  createdAt: (row) => row.createdAt,
  id: (row) => row.id,
};

/** Of the list of API tokens. */
export const tokenColumns: Columns<z.output<typeof tokenSchema>> = {
  name: (row) => row.name,
  status: (row) => row.status,
  role: (row) => row.role,
  expiresAt: (row) => row.expiresAt,
  lastUsedAt: (row) => row.lastUsedAt,
  createdAt: (row) => row.createdAt,
  createdBy: (row) => row.createdBy,
  revokedAt: (row) => row.revokedAt,
  id: (row) => row.id,
};

/** Of the list of installation keys. */
export const installationKeyColumns: Columns<z.output<typeof installationKeySchema>> = {
  label: (row) => row.label,
  status: (row) => row.status,
  autoAuthorize: (row) => flag(row.autoAuthorize),
  uses: (row) => row.uses,
  maxUses: (row) => row.maxUses,
  expiresAt: (row) => row.expiresAt,
  createdBy: (row) => row.createdBy.name,
  createdAt: (row) => row.createdAt,
  revokedAt: (row) => row.revokedAt,
  id: (row) => row.id,
};
