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
