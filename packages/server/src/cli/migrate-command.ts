// `usher migrate`: brings the database up to this release without serving.
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../database/database.ts';
import { migrate } from '../database/migrate.ts';
import { makeLog } from '../log.ts';
import type { Command } from './command.ts';

const help = `
usage: usher migrate

Brings the database up to this release. "usher serve" does so too, at its start. Migrations only add: the release before
still runs on the new schema.
`;

export const migrateCommand: Command = {
  name: 'migrate',
  summary: 'bring the database up to this release',
  help,
  run: async (args, console) => {
    parseArgs({ args, options: {} });
    const config = readConfig(console.environment, console.folder);
    const database = openDatabase(config.database, { log: makeLog('warn', systemClock) });
    try {
      const { from, to } = await migrate(database, systemClock);
      console.out(
        from === to ? `The database is up to date (step ${to}).` : `The database went from step ${from} to ${to}.`,
      );
    } finally {
      await database.close();
    }
  },
};
