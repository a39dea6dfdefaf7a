// What the short commands stand on: the configuration and the database of the server, for as long as they run.
import { existsSync } from 'node:fs';
import { systemClock } from '../clock.ts';
import { composeFoundation, type Foundation } from '../compose.ts';
import { readConfig, type Config } from '../config.ts';
import { migrate } from '../database/migrate.ts';
import { systemRandom } from '../ids.ts';
import { makeLog } from '../log.ts';
import { CommandError, type Console } from './command.ts';

/**
 * Opens what the environment says, brings it up to date, works, and closes it. A server may run beside it: on SQLite the
 * two take turns. The log shows warnings only, so that the command's own words stand out.
 */
export async function withFoundation<T>(
  { environment, folder, clock = systemClock }: Console,
  work: (foundation: Foundation) => Promise<T>,
): Promise<T> {
  const config = readConfig(environment, folder);
  const log = makeLog('warn', clock);
  const foundation = composeFoundation({ config, clock, random: systemRandom, log });
  try {
    await migrate(foundation.database, clock);
    const result = await work(foundation);
    // The commands exchange and remove keys: what they erased is to be gone.
    await foundation.database.settle();
    return result;
  } finally {
    await foundation.database.close();
  }
}

/**
 * The same for commands that need what a server has made before.
 * @throws CommandError where there is nothing, instead of making it in a place that was not meant
 */
export async function withServerData<T>(console: Console, work: (foundation: Foundation) => Promise<T>): Promise<T> {
  const config = readConfig(console.environment, console.folder);
  if (config.database.kind === 'sqlite' && !existsSync(config.database.file)) throw noServerData(config);
  return withFoundation(console, work);
}

/** The refusal where no server has made a database. */
export function noServerData({ dataFolder }: Pick<Config, 'dataFolder'>): CommandError {
  return new CommandError(`No server has kept its data in ${dataFolder}: set USHER_DATA to its data folder.`);
}
