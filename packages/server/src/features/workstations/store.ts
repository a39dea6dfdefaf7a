// Workstations, their tags and what they have of each product, in SQL.
import type { Insertable, Selectable, SelectQueryBuilder, Updateable } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

export type WorkstationRow = Selectable<Tables['workstations']>;
export type WorkstationProductRow = Selectable<Tables['workstationProducts']>;

/** Rows that say which workstations are meant. */
export type WorkstationSelection = SelectQueryBuilder<Tables, keyof Tables, { workstationId: string }>;

/** Most values of one statement, well below what either dialect takes. */
const atOnce = 2000;

export function findWorkstation(read: Reader, id: string): Promise<WorkstationRow | undefined> {
  return read.selectFrom('workstations').selectAll().where('id', '=', id).executeTakeFirst();
}

/** Who a token belongs to. Retired workstations have none. */
export function findByToken(read: Reader, tokenHash: string) {
  return read
    .selectFrom('workstations')
    .select(['id', 'hostname', 'status'])
    .where('tokenHash', '=', tokenHash)
    .executeTakeFirst();
}

export function findWorkstationProduct(
  read: Reader,
  workstationId: string,
  productId: string,
): Promise<WorkstationProductRow | undefined> {
  return read
    .selectFrom('workstationProducts')
    .selectAll()
    .where('workstationId', '=', workstationId)
    .where('productId', '=', productId)
    .executeTakeFirst();
}

/** Locks one workstation until the transaction ends. */
export function lockWorkstation({ db }: Transaction, id: string): Promise<WorkstationRow | undefined> {
  return db.selectFrom('workstations').selectAll().where('id', '=', id).forUpdate().executeTakeFirst();
}

/** Locks several, always in the order of their ids, so that two transactions do not wait for each other. */
export async function lockWorkstations({ db }: Transaction, ids: readonly string[]): Promise<WorkstationRow[]> {
  return inChunks([...ids].sort(), (chunk) =>
    db.selectFrom('workstations').selectAll().where('id', 'in', chunk).orderBy('id').forUpdate().execute(),
  );
}

/** Those of a machine that are not retired, the oldest first; locked until the transaction ends. */
export function lockLiveOfMachine({ db }: Transaction, machineId: string): Promise<WorkstationRow[]> {
  return db
    .selectFrom('workstations')
    .selectAll()
    .where('machineId', '=', machineId)
    .where('retiredAt', 'is', null)
    .orderBy('activatedAt')
    .orderBy('id')
    .forUpdate()
    .execute();
}

export async function insertWorkstation({ db }: Transaction, row: Insertable<Tables['workstations']>): Promise<void> {
  await db.insertInto('workstations').values(row).execute();
}

export async function updateWorkstation(
  { db }: Transaction,
  id: string,
  changes: Updateable<Tables['workstations']>,
): Promise<void> {
  if (Object.keys(changes).length === 0) return;
  await db.updateTable('workstations').set(changes).where('id', '=', id).execute();
}

export async function updateWorkstations(
  { db }: Transaction,
  ids: readonly string[],
  changes: Updateable<Tables['workstations']>,
): Promise<void> {
  await inChunks(ids, async (chunk) => {
    await db.updateTable('workstations').set(changes).where('id', 'in', chunk).execute();
    return [];
  });
}

/** The tags of some workstations, each one's in order. */
export async function tagsOf(read: Reader, ids: readonly string[]): Promise<Map<string, string[]>> {
  const rows = await inChunks(ids, (chunk) =>
    read
      .selectFrom('workstationTags')
      .selectAll()
      .where('workstationId', 'in', chunk)
      .orderBy('workstationId')
      .orderBy('tag')
      .execute(),
  );
  const tags = new Map<string, string[]>();
  for (const { workstationId, tag } of rows) tags.set(workstationId, [...(tags.get(workstationId) ?? []), tag]);
  return tags;
}

export async function addTags({ db }: Transaction, rows: readonly { workstationId: string; tag: string }[]) {
  await inChunks(rows, async (chunk) => {
    await db
      .insertInto('workstationTags')
      .values(chunk)
      .onConflict((conflict) => conflict.doNothing())
      .execute();
    return [];
  });
}

export async function removeTags({ db }: Transaction, ids: readonly string[], tags: readonly string[]): Promise<void> {
  if (tags.length === 0) return;
  await inChunks(ids, async (chunk) => {
    await db.deleteFrom('workstationTags').where('workstationId', 'in', chunk).where('tag', 'in', tags).execute();
    return [];
  });
}

/** Writes what a workstation has of a product: a new row, or these columns of the one that is there. */
export async function upsertWorkstationProduct(
  { db }: Transaction,
  row: Insertable<Tables['workstationProducts']>,
): Promise<void> {
  const { workstationId: _, productId: __, ...changes } = row;
  await db
    .insertInto('workstationProducts')
    .values(row)
    .onConflict((conflict) => {
      const found = conflict.columns(['workstationId', 'productId']);
      return Object.keys(changes).length === 0 ? found.doNothing() : found.doUpdateSet(changes);
    })
    .execute();
}

/** Writes one desired version for many workstations. */
export async function setDesiredVersion(
  { db }: Transaction,
  productId: string,
  desiredVersion: string | null,
  workstations: readonly string[] | WorkstationSelection,
): Promise<void> {
  if ('as' in workstations) {
    await db
      .insertInto('workstationProducts')
      .columns(['workstationId', 'productId', 'desiredVersion'])
      .expression(
        db
          .selectFrom(workstations.as('chosen'))
          .select((e) => [
            'chosen.workstationId',
            e.val(productId).as('productId'),
            e.val(desiredVersion).as('desired'),
          ])
          // Without a condition SQLite would take ON CONFLICT for a join's.
          .where('chosen.workstationId', 'is not', null),
      )
      .onConflict((conflict) => conflict.columns(['workstationId', 'productId']).doUpdateSet({ desiredVersion }))
      .execute();
    return;
  }
  await inChunks(workstations, async (chunk) => {
    await db
      .insertInto('workstationProducts')
      .values(chunk.map((workstationId) => ({ workstationId, productId, desiredVersion })))
      .onConflict((conflict) => conflict.columns(['workstationId', 'productId']).doUpdateSet({ desiredVersion }))
      .execute();
    return [];
  });
}

/** Workstations that count as online and were last seen before an instant; the longest silent first. */
export function findSilent(read: Reader, before: string, limit: number): Promise<{ id: string }[]> {
  return read
    .selectFrom('workstations')
    .select('id')
    .where('online', '=', 1)
    .where('retiredAt', 'is', null)
    .where('lastSeenAt', '<', before)
    .orderBy('lastSeenAt')
    .limit(limit)
    .execute();
}

/** Asks for many values a part at a time. */
export async function inChunks<Value, Answer>(
  values: readonly Value[],
  ask: (chunk: readonly Value[]) => Promise<Answer[]>,
): Promise<Answer[]> {
  const answers: Answer[][] = [];
  for (let start = 0; start < values.length; start += atOnce) {
    answers.push(await ask(values.slice(start, start + atOnce)));
  }
  return answers.flat();
}
