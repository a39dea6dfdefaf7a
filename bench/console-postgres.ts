// The large installation on PostgreSQL: the rows of the embedded database, copied into a server that this run starts.
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { makeLog, migrate, openDatabase, systemClock } from '@usher/server';
import { startPostgres } from '@usher/testkit';
import pg from 'pg';

const rowsAtOnce = 5000;

/** A PostgreSQL database with everything of the `usher.db` in a folder. */
export async function copyToPostgres(folder: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const server = await startPostgres();
  try {
    await server.createDatabase('usher');
    const url = `${server.url}/usher`;
    const file = join(folder, 'usher.db');
    // Both: one that was kept may be of an earlier release.
    for (const config of [{ kind: 'sqlite', file } as const, { kind: 'postgres', url } as const]) {
      const database = openDatabase(config, { log: makeLog('silent', systemClock) });
      await migrate(database, systemClock);
      await database.close();
    }
    await copyRows(file, url);
    return { url, stop: () => server.stop() };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function copyRows(file: string, url: string): Promise<void> {
  const from = new DatabaseSync(file, { readOnly: true });
  const to = new pg.Client({ connectionString: url });
  await to.connect();
  try {
    // Neither keys nor counts are made anew: everything is copied, the counts too.
    await to.query('set session_replication_role = replica');
    const tables = await to.query<{ table: string; columns: string[] }>(
      `select table_name as "table", json_agg(column_name) as columns from information_schema.columns
       where table_schema = 'public' and is_generated = 'NEVER' and table_name not in ('migrations', 'verdicts')
       group by table_name`,
    );
    for (const { table, columns } of tables.rows) {
      const names = columns.map((name) => `"${name}"`).join(', ');
      await to.query(`delete from "${table}"`);
      const insert = `insert into "${table}" (${names}) overriding system value
        select ${names} from json_populate_recordset(null::"${table}", $1)`;
      let rows: unknown[] = [];
      for (const row of from.prepare(`select ${names} from "${table}"`).iterate()) {
        rows.push(row);
        if (rows.length < rowsAtOnce) continue;
        await to.query(insert, [JSON.stringify(rows)]);
        rows = [];
      }
      await to.query(insert, [JSON.stringify(rows)]);
    }
    await to.query('vacuum analyze');
  } finally {
    await to.end();
    from.close();
  }
}
