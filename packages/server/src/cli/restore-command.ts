// `usher restore`: a server's data put back from a backup.
import { parseArgs } from 'node:util';
import { restoreBackup } from '../backup/restore-backup.ts';
import { systemClock } from '../clock.ts';
import { composeFoundation, composeTrust } from '../compose.ts';
import { readConfig } from '../config.ts';
import { systemRandom } from '../ids.ts';
import type { Initiator } from '../initiator.ts';
import { makeLog } from '../log.ts';
import { WrongCall, type Command } from './command.ts';
import { pathOf } from './files.ts';

const help = `
usage: usher restore DIR

Puts a backup back into the data folder (USHER_DATA), which must be empty, and checks every file on the way. The passphrase
of the signing keys must be where it was: in USHER_KEY_PASSPHRASE or its file. On PostgreSQL, restore the dump into an empty
database first ("pg_restore --dbname=URL usher.dump").

Start the server afterwards: its workstations go on as before. What was recorded after the backup is lost, and the log of
events says so.
`;

/** Whoever can run commands on the server. */
const byCommand: Initiator = { actor: { kind: 'system', name: 'usher restore' }, address: null };

export const restoreCommand: Command = {
  name: 'restore',
  summary: 'put a backup back into an empty data folder',
  help,
  run: async (args, console) => {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
    if (positionals.length !== 1) throw new WrongCall('Say which backup: usher restore DIR.');
    const folder = pathOf(console, positionals[0], 'usher restore DIR');
    const { clock = systemClock, environment, folder: here } = console;
    const log = makeLog('warn', clock);
    const { manifest, events, after, published } = await restoreBackup(
      {
        config: readConfig(environment, here),
        open: (config) => {
          const foundation = composeFoundation({ config, clock, random: systemRandom, log });
          return { foundation, goOn: (backup) => composeTrust(foundation).restore.goOn(backup, byCommand) };
        },
      },
      folder,
    );
    console.out(
      `Restored as of ${manifest.madeAt}: ${manifest.installers.length} installer(s), events up to ${after}.`,
    );
    if (!events.intact)
      console.out(`! The log of events was broken at event ${events.brokenAt ?? 0} already in the backup.`);
    if (!published) {
      console.out(
        '! The key of targets is elsewhere. Until a catalogue is signed there no workstation can install: "usher publish draft".',
      );
    }
  },
};
