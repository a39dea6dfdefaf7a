// `usher events verify`: checks the chain of all events, without trusting a running server.
import { parseArgs } from 'node:util';
import { verifyEvents } from '../features/events/verify-events.ts';
import { CommandError, type Command } from './command.ts';
import { withServerData } from './foundation.ts';

const help = `
usage: usher events verify [--json]

Reads every event and checks that none was changed, removed, put in, reordered, or cut off at the end.
Exits with 1 where the chain is broken, and says where.
`;

export const eventsCommand: Command = {
  name: 'events',
  summary: 'check that the log of events is whole',
  help,
  run: async (args, console) => {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false } },
    });
    if (positionals.length !== 1 || positionals[0] !== 'verify') throw new CommandError('Say "events verify".');
    const found = await withServerData(console, ({ database }) => verifyEvents(database.read));
    if (values.json) console.out(JSON.stringify(found));
    else if (found.intact) console.out(`The log is whole: ${found.checked} events.`);
    if (!found.intact) {
      throw new CommandError(`The log is broken at event ${found.brokenAt ?? 0}. ${found.reason ?? ''}`.trim());
    }
  },
};
