// Workstations as they are shown: each with its tags, what it has of each product, and where it stands in updates.
import type { Workstation, workstationProductSchema } from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { inChunks, tagsOf, type WorkstationRow } from './store.ts';

type Product = z.output<typeof workstationProductSchema>;
type Failure = Workstation['lastError'];

/** Workstations by their ids, in that order. `productId` is the one whose version and failure stand at the top; null for none. */
export async function workstationItems(
  read: Reader,
  ids: readonly string[],
  productId: string | null,
): Promise<Workstation[]> {
  const rows = await inChunks(ids, (chunk) =>
    read.selectFrom('workstations').selectAll().where('id', 'in', chunk).execute(),
  );
  const tags = await tagsOf(read, ids);
  const products = await productsOf(read, ids);
  const updates = await updateStatesOf(read, ids, productId);
  const names = await namesOf(read, rows);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return ids.flatMap((id) => {
    const row = byId.get(id);
    if (row === undefined) return [];
    const own = products.get(id) ?? [];
    const shown = own.find(({ product }) => product.product.id === productId);
    const item: Workstation = {
      ...factsOf(row),
      installedVersion: shown?.product.installedVersion ?? null,
      desiredVersion: shown?.product.desiredVersion ?? null,
      products: own.map(({ product }) => product),
      tags: tags.get(id) ?? [],
      claims: row.claimsId === null ? null : (names.get(row.claimsId) ?? null),
      replacedBy: row.replacedBy === null ? null : (names.get(row.replacedBy) ?? null),
      updateState: updates.get(id) ?? null,
      lastError: shown?.lastError ?? null,
    };
    return [item];
  });
}

function factsOf(row: WorkstationRow) {
  const { id, hostname, machineId, note, activatedAt, lastSeenAt, retiredAt } = row;
  const os = {
    platform: row.osPlatform,
    release: row.osRelease,
    arch: row.osArch,
    language: row.osLanguage,
    timeZone: row.timeZone,
  };
  const status = row.status as Workstation['status'];
  const online = row.online === 1;
  return { id, hostname, machineId, status, os, user: row.userName, note, online, activatedAt, lastSeenAt, retiredAt };
}

async function productsOf(read: Reader, ids: readonly string[]) {
  const rows = await inChunks(ids, (chunk) =>
    read
      .selectFrom('workstationProducts')
      .innerJoin('products', 'products.id', 'workstationProducts.productId')
      .selectAll('workstationProducts')
      .select('products.name')
      .where('workstationId', 'in', chunk)
      .orderBy('products.name')
      .orderBy('products.id')
      .execute(),
  );
  const found = new Map<string, { product: Product; lastError: Failure }[]>();
  for (const row of rows) {
    const { workstationId, productId, name, installedVersion, productCode, desiredVersion, checkedAt } = row;
    const product = {
      product: { id: productId, name },
      installedVersion,
      productCode,
      desiredVersion,
      checkedAt,
      verdict: row.verdict === null ? null : (JSON.parse(row.verdict) as Product['verdict']),
    };
    const lastError = row.lastError === null ? null : (JSON.parse(row.lastError) as Failure);
    found.set(workstationId, [...(found.get(workstationId) ?? []), { product, lastError }]);
  }
  return found;
}

/** Where each stands in the newest update that was started and not cancelled: of the product shown, or of any. */
async function updateStatesOf(read: Reader, ids: readonly string[], productId: string | null) {
  const rows = await inChunks(ids, (chunk) =>
    read
      .selectFrom('assignments')
      .innerJoin('updates', 'updates.id', 'assignments.updateId')
      .select(['assignments.workstationId', 'assignments.state', 'updates.id', 'updates.name'])
      .where('assignments.workstationId', 'in', chunk)
      .where('updates.startedAt', 'is not', null)
      .where('updates.state', '!=', 'cancelled')
      .$if(productId !== null, (query) => query.where('updates.productId', '=', productId ?? ''))
      .orderBy('updates.startedAt')
      .orderBy('updates.number')
      .execute(),
  );
  return new Map(rows.map(({ workstationId, state, id, name }) => [workstationId, { update: { id, name }, state }]));
}

async function namesOf(read: Reader, rows: readonly WorkstationRow[]) {
  const ids = rows.flatMap(({ claimsId, replacedBy }) => [claimsId, replacedBy]).filter((id) => id !== null);
  const found = await inChunks([...new Set(ids)], (chunk) =>
    read.selectFrom('workstations').select(['id', 'hostname']).where('id', 'in', chunk).execute(),
  );
  return new Map(found.map((row) => [row.id, row]));
}
