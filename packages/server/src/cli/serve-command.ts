// `usher serve`: the server itself, from its start to its orderly end.
import { parseArgs } from 'node:util';
import { refuseUnfinishedRestore } from '../backup/restore-backup.ts';
import { systemClock } from '../clock.ts';
import { compose, type System } from '../compose.ts';
import { readConfig } from '../config.ts';
import { systemRandom } from '../ids.ts';
import { makeLog } from '../log.ts';
import type { Command } from './command.ts';
import { hearStopSignals } from './stop-signals.ts';

const help = `
usage: usher serve

Runs the server with what the environment variables say, until SIGTERM or SIGINT: then no new connection is taken, requests
under way finish (10 seconds at most), and it ends with 0. Says "usher is ready at URL" on standard output once it answers.
The log goes to standard error.
`;

export const serveCommand: Command = {
  name: 'serve',
  summary: 'run the server',
  help,
  run: async (args, console) => {
    parseArgs({ args, options: {} });
    const signals = hearStopSignals(process);
    const config = readConfig(console.environment, console.folder);
    refuseUnfinishedRestore(config);
    const log = makeLog(config.logLevel, systemClock);
    const system = await compose({ config, clock: systemClock, random: systemRandom, log, processMetrics: true });
    try {
      await begin(system, (line) => console.out(line));
      await signals.asked;
      log.info('stopping');
    } finally {
      await system.stop();
    }
    await signals.quiet();
    log.info('stopped');
  },
};

async function begin(system: System, say: (line: string) => void): Promise<void> {
  await system.prepare();
  const url = await system.listen();
  say(`usher is ready at ${url}`);
  const link = await system.setupLink();
  if (link !== null) say(`There is no account yet. Make the first one within a day, once, at ${link}`);
}
