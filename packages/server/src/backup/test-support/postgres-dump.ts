// What pg_dump and pg_restore do for an operator, for a test: every row of a database, kept and put back.
import pg from 'pg';

type Rows = Record<string, unknown>[];

const bookkeeping = 'migrations';

/** Keeps every row. */
export async function dumpOf(url: string): Promise<ReadonlyMap<string, Rows>> {
  return withClient(url, async (client) => {
    const tables = await client.query<{ name: string }>(
      `select tablename as name from pg_tables where schemaname = 'public' and tablename <> '${bookkeeping}'`,
    );
    const dump = new Map<string, Rows>();
    for (const { name } of tables.rows)
      dump.set(name, (await client.query<Rows[number]>(`select * from "${name}"`)).rows);
    return dump;
  });
}

/** Puts them back in place of what is there. */
export async function putBack(url: string, dump: ReadonlyMap<string, Rows>): Promise<void> {
  await withClient(url, async (client) => {
    await client.query('begin');
    await client.query('set local session_replication_role = replica');
    for (const [table, rows] of dump) {
      await client.query(`delete from "${table}"`);
      for (const row of rows) {
        const generated = new Set(await generatedColumns(client, table));
        const columns = Object.keys(row).filter((column) => !generated.has(column));
        const names = columns.map((column) => `"${column}"`).join(', ');
        const places = columns.map((_, index) => `$${index + 1}`).join(', ');
        await client.query(
          `insert into "${table}" (${names}) overriding system value values (${places})`,
          columns.map((column) => row[column]),
        );
      }
    }
    await client.query('commit');
  });
}

async function generatedColumns(client: pg.Client, table: string): Promise<string[]> {
  const found = await client.query<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = $1 and is_generated = 'ALWAYS'`,
    [table],
  );
  return found.rows.map(({ name }) => name);
}

async function withClient<T>(url: string, work: (client: pg.Client) => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
