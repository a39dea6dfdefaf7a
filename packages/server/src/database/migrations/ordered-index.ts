// Indexes that give one order of rows on both dialects.
import { sql, type Kysely } from 'kysely';

/**
 * Makes an index in which null comes first, as SQLite has it and lists are ordered. A column can be followed by ` desc`, and then null comes
 * last.
 */
export async function createOrderedIndex(
  database: Kysely<unknown>,
  name: string,
  table: string,
  columns: readonly string[],
  condition = sql``,
): Promise<void> {
  const isPostgres = database.getExecutor().adapter.supportsTransactionalDdl;
  const parts = columns.map((text) => {
    const [column = '', direction] = text.split(' ');
    if (direction === 'desc')
      return isPostgres ? sql`${sql.ref(column)} desc nulls last` : sql`${sql.ref(column)} desc`;
    return isPostgres ? sql`${sql.ref(column)} nulls first` : sql.ref(column);
  });
  await sql`create index ${sql.ref(name)} on ${sql.table(table)} (${sql.join(parts)}) ${condition}`.execute(database);
}

/**
 * Makes the indexes of the lists of workstations that are not retired. Each order has its own, with the searched text at its end, so that a
 * search reads no table. The narrow one counts; only queries with its condition can use it, since others would look up every row from there.
 */
export async function indexWorkstationLists(database: Kysely<unknown>): Promise<void> {
  const isLive = sql`where ${sql.ref('retiredAt')} is null`;
  const counted = sql`${isLive} and ${sql.ref('status')} > ''`;
  await createOrderedIndex(database, 'workstationsCount', 'workstations', ['id', 'status'], counted);
  for (const [name, ...order] of [
    ['workstationsName', 'nameKey'],
    ['workstationsStatus', 'status desc', 'nameKey'],
    ['workstationsUser', 'userName', 'nameKey'],
    ['workstationsSystem', 'osPlatform', 'osRelease', 'nameKey'],
    ['workstationsSeen', 'lastSeenAt', 'nameKey'],
    ['workstationsActivated', 'activatedAt', 'nameKey'],
  ] as const) {
    await createOrderedIndex(database, name, 'workstations', [...order, 'id', 'searchText'], isLive);
  }
}
