// Which workstations an event names beside its object and its actor, so that what happened to one is found at once.
import { sql, type Kysely } from 'kysely';

const text = 'text' as const;

/** Makes the table, and takes in what the events of updates that are there name. */
export async function up(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  const isPostgres = database.getExecutor().adapter.supportsTransactionalDdl;
  await schema
    .createTable('eventMentions')
    .addColumn('workstationId', text, (c) => c.notNull())
    .addColumn('seq', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('eventMentionsKey', ['workstationId', 'seq'])
    .execute();
  const data = sql.ref('data');
  // PostgreSQL reads no JSON with a NUL in it.
  const readable = isPostgres ? sql`case when position('\\u0000' in ${data}) = 0 then ${data} end` : data;
  const named = isPostgres
    ? sql`(${readable})::json #>> '{workstation,id}'`
    : sql`json_extract(${data}, '$.workstation.id')`;
  await sql`insert into ${sql.table('eventMentions')} (${sql.ref('workstationId')}, ${sql.ref('seq')})
    select named, seq from (select ${named} as named, seq, ${sql.ref('actorId')} as actor from ${sql.table('events')}
      where ${sql.ref('objectKind')} = 'update') as told
    where named is not null and named <> coalesce(actor, '')`.execute(database);
}
