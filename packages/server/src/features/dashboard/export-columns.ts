// The columns of the exports, by the names under which the console shows them, as words and numbers of the API.
import type { AssignmentItem, Installer, Update, Workstation } from '@usher/protocol';

/** Columns by name: what each says of a row. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number | null>>;

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
  installedVersion: (row) => row.installedVersion,
  desiredVersion: (row) => row.desiredVersion,
  verdict: (row) => verdictOf(row),
  updateState: (row) => row.updateState?.state ?? null,
  update: (row) => row.updateState?.update.name ?? null,
  online: (row) => (row.online ? 'true' : 'false'),
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
  restartNeeded: (row) => (row.restartNeeded ? 'true' : 'false'),
  lastError: (row) => failure(row.lastError),
  lastErrorAt: (row) => row.lastError?.at ?? null,
  logTail: (row) => row.lastError?.logTail ?? null,
  why: (row) => row.why,
  cutoffAt: (row) => row.cutoffAt,
  relaxedUntil: (row) => row.relaxedUntil,
  updatedAt: (row) => row.updatedAt,
  id: (row) => row.workstation.id,
};
