// History for the plots, recorded as it happens, and what the overview counts by.
import { sql, type Kysely } from 'kysely';

const text = 'text' as const;
const integer = 'integer' as const;

/** The members of a verdict that are counted by. */
const verdictParts = [
  ['verdictAction', text, ['action']],
  ['verdictCode', integer, ['code']],
  ['verdictReason', text, ['reason']],
  ['observedAction', text, ['observed', 'action']],
  ['observedCode', integer, ['observed', 'code']],
] as const;

/** Makes the tables of the history, and the columns and indexes that the overview needs. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  const isPostgres = database.getExecutor().adapter.supportsTransactionalDdl;

  for (const [name, type, path] of verdictParts) {
    await schema
      .alterTable('workstationProducts')
      .addColumn(name, type, (column) => {
        const verdict = sql.ref('verdict');
        const value = isPostgres
          ? sql`((${verdict}::jsonb #>> ${sql.lit(`{${path.join(',')}}`)})::${sql.raw(type)})`
          : sql`(json_extract(${verdict}, ${sql.lit(`$.${path.join('.')}`)}))`;
        const generated = column.generatedAlwaysAs(value);
        return isPostgres ? generated.stored() : generated;
      })
      .execute();
  }
  await schema
    .createIndex('workstationProductsVerdict')
    .on('workstationProducts')
    .columns(['productId', ...verdictParts.map(([name]) => name)])
    .execute();
  // What reads workstations goes on without them; counting goes by this view.
  const names = ['workstationId', 'productId', ...verdictParts.map(([name]) => name)];
  await sql`create view ${sql.table('verdicts')} as
    select ${sql.join(names.map((name) => sql.ref(name)))} from ${sql.table('workstationProducts')}`.execute(database);

  // Lists of an update's workstations, which also show retired ones, go along it.
  await schema
    .createIndex('workstationsEveryName')
    .on('workstations')
    .columns(['nameKey', 'id', 'searchText'])
    .execute();

  const retiredAt = sql.ref('retiredAt');
  await schema
    .createIndex('workstationsRetired')
    .on('workstations')
    .column('id')
    .where(retiredAt, 'is not', null)
    .execute();
  await schema
    .createIndex('workstationsNumbers')
    .on('workstations')
    .columns(['status', 'online', 'claimsId'])
    .where(retiredAt, 'is', null)
    .execute();

  // One snapshot for each time at which the counts had changed: it holds until the next one. Of a product: by version; of an update: by state.
  await schema
    .createTable('countHistory')
    .addColumn('ownerId', text, (c) => c.notNull())
    .addColumn('at', text, (c) => c.notNull())
    .addColumn('counts', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('countHistoryKey', ['ownerId', 'at'])
    .execute();

  // Failed attempts, summed up by day, later by month.
  await schema
    .createTable('failureHistory')
    .addColumn('period', text, (c) => c.notNull())
    .addColumn('updateId', text, (c) => c.notNull())
    .addColumn('cause', text, (c) => c.notNull())
    .addColumn('workstationId', text, (c) => c.notNull())
    .addColumn('number', integer, (c) => c.notNull())
    .addColumn('lastAt', text, (c) => c.notNull())
    .addPrimaryKeyConstraint('failureHistoryKey', ['period', 'updateId', 'cause', 'workstationId'])
    .execute();
  await schema
    .createTable('historyCursor')
    .addColumn('id', integer, (c) => c.primaryKey())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .execute();
  await sql`insert into ${sql.table('historyCursor')} (${sql.ref('id')}, ${sql.ref('seq')}) values (1, 0)`.execute(
    database,
  );
}
