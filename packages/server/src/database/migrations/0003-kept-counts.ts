// Counts that are kept ready: how many workstations and assignments are of a kind, so that no list counts a hundred thousand rows.
import { sql, type CreateTableBuilder, type Kysely } from 'kysely';
import { postgresTriggers } from './kept-counts-postgres.ts';
import { sqliteTriggers } from './kept-counts-sqlite.ts';

const text = 'text' as const;

/** What each table counts by, and a query that counts everything that is there. */
const counted = {
  assignmentCounts: {
    by: ['updateId', 'state'],
    all: `select "updateId", "state", 0, count(*) from "assignments" group by "updateId", "state"`,
  },
  workstationCounts: {
    by: ['status', 'online', 'claiming'],
    all: `select "status", "online", case when "claimsId" is null then 0 else 1 end as "claiming", 0, count(*)
      from "workstations" where "retiredAt" is null group by "status", "online", "claiming"`,
  },
  installedCounts: {
    by: ['productId', 'versionKey', 'productCode', 'osArch', 'osLanguage'],
    all: `select "productId",
        coalesce("versionKey", case when "installedVersion" is null then '' else '?' end) as "version",
        coalesce("productCode", '') as "code", "osArch", "osLanguage", 0, count(*)
      from "workstationProducts" join "workstations" on "workstations"."id" = "workstationId" where "retiredAt" is null
      group by "productId", "version", "code", "osArch", "osLanguage"`,
  },
  tagCounts: {
    by: ['tag', 'status'],
    all: `select "tag", "status", 0, count(*) from "workstationTags" join "workstations" on "workstations"."id" = "workstationId"
      where "retiredAt" is null group by "tag", "status"`,
  },
} as const;

/**
 * Makes the tables and what keeps them: triggers, so that a count changes in the transaction of the fact, whoever writes it, the release
 * before this one too. On PostgreSQL, where transactions run side by side, each count is the sum of several rows (`slot`), so that those that
 * count the same hardly ever wait for each other.
 */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  const isPostgres = database.getExecutor().adapter.supportsTransactionalDdl;
  for (const [table, { by, all }] of Object.entries(counted)) {
    let made: CreateTableBuilder<string, string> = schema.createTable(table);
    for (const column of by) {
      const isFlag = column === 'online' || column === 'claiming';
      made = made.addColumn(column, isFlag ? 'integer' : text, (c) => c.notNull());
    }
    await made
      .addColumn('slot', 'integer', (c) => c.notNull())
      .addColumn('number', 'bigint', (c) => c.notNull())
      .addPrimaryKeyConstraint(`${table}Key`, [...by, 'slot'])
      .execute();
    await sql`insert into ${sql.table(table)} ${sql.raw(all)}`.execute(database);
  }
  for (const statement of isPostgres ? postgresTriggers : sqliteTriggers) await sql.raw(statement).execute(database);
}
