// One real PostgreSQL for all the database tests of a run, with a migrated template to copy databases from.
import { makeLog, migrate, openDatabase, systemClock } from '@usher/server';
import type { TestProject } from 'vitest/node';
import { startPostgres } from './postgres-server.ts';

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
  const server = await startPostgres();
  await server.createDatabase(templateName);
  const template = openDatabase(
    { kind: 'postgres', url: `${server.url}/${templateName}` },
    { log: makeLog('silent', systemClock) },
  );
  const { to } = await migrate(template, systemClock);
  await template.close();
  project.provide('postgresUrl', server.url);
  project.provide('postgresStep', to);
  return () => server.stop();
}
