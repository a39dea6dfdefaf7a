// `usher events`: the chain of all events checked without trusting a running server; alarms about it, and their end.
import { existsSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { openDatabase } from '../database/database.ts';
import { verifyEvents, type Verification } from '../features/events/verify-events.ts';
import { acknowledgeAlarms, contradicted, disputed, openAlarms } from '../features/trust/log-alarms.ts';
import type { Initiator } from '../initiator.ts';
import { makeLog } from '../log.ts';
import { CommandError, WrongCall, type Command, type Console } from './command.ts';
import { noServerData, withServerData } from './foundation.ts';

const help = `
usage: usher events verify [--json]
       usher events alarms
       usher events acknowledge NUMBER --reason TEXT

  verify        reads every event and checks that none was changed, removed, put in, reordered, or cut off at the end. Writes
                nothing into the database, not even what a newer release would add. Exits with 1 where the chain is broken,
                and says where
  alarms        lists what workstations have said against the log and nobody has acknowledged. While an alarm is open the
                server is not ready
  acknowledge   ends the alarms up to the event of that number, for a reason that the log keeps: after you have found out
                why. What a workstation proves after that alarms anew
`;

/** Whoever can run commands on the server. */
const byCommand: Initiator = { actor: { kind: 'system', name: 'usher events' }, address: null };

export const eventsCommand: Command = {
  name: 'events',
  summary: 'check that the log of events is whole, and end alarms about it',
  help,
  run: async (args, console) => {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: 'boolean', default: false }, reason: { type: 'string' } },
    });
    const [action, number, ...more] = positionals;
    if (more.length > 0 || (number !== undefined && action !== 'acknowledge')) {
      throw new WrongCall('--help says how to call it.');
    }
    switch (action) {
      case 'verify':
        return verify(console, values.json);
      case 'alarms':
        return alarms(console);
      case 'acknowledge':
        return acknowledge(console, Number(number), values.reason ?? '');
      case undefined:
      default:
        throw new WrongCall('Say "events verify", "events alarms" or "events acknowledge"; --help says more.');
    }
  },
};

async function verify(console: Console, asJson: boolean): Promise<void> {
  const found = await verifyUntouched(console);
  if (asJson) console.out(JSON.stringify(found));
  else if (found.intact) console.out(`The log is whole: ${found.checked} events.`);
  if (!found.intact) {
    throw new CommandError(`The log is broken at event ${found.brokenAt ?? 0}. ${found.reason ?? ''}`.trim());
  }
}

/** An auditor changes nothing: the database is read as it is, by a handle that cannot write. */
async function verifyUntouched({ environment, folder }: Console): Promise<Verification> {
  const config = readConfig(environment, folder);
  if (config.database.kind === 'sqlite' && !existsSync(config.database.file)) throw noServerData(config);
  const database = openDatabase(config.database, { log: makeLog('warn', systemClock) });
  try {
    return await verifyEvents(database.read);
  } finally {
    await database.close();
  }
}

async function alarms(console: Console): Promise<void> {
  const [proved, claimed] = await withServerData(console, async ({ database: { read } }) => [
    await openAlarms(read, contradicted),
    await openAlarms(read, disputed),
  ]);
  const all = [...proved, ...claimed].sort((one, other) => one.seq - other.seq);
  for (const { seq, at, workstation, testimony } of all) {
    const what = proved.some((alarm) => alarm.seq === seq) ? 'alarm' : 'claim without proof';
    const { seen, here } = testimony;
    console.out(
      `${seq}  ${at}  ${what}: ${workstation ?? 'a workstation'} has seen event ${seen.seq} with the hash ${seen.hash.slice(0, 16)}; ` +
        `here it is ${here.hash === null ? `missing, the newest is ${here.head}` : here.hash.slice(0, 16)}`,
    );
  }
  if (all.length === 0) console.out('No workstation has said anything against the log.');
}

async function acknowledge(console: Console, through: number, reason: string): Promise<void> {
  if (!Number.isSafeInteger(through) || reason.trim() === '') {
    throw new WrongCall('Say up to which event, and why: usher events acknowledge NUMBER --reason TEXT.');
  }
  await withServerData(console, (foundation) => acknowledgeAlarms(foundation, through, reason.trim(), byCommand));
  console.out(`The alarms up to event ${through} are acknowledged, and the log says why.`);
}
