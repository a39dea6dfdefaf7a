// `usher backup`: a consistent copy of the server's data, while it runs.
import { parseArgs } from 'node:util';
import { makeBackup } from '../backup/make-backup.ts';
import { WrongCall, type Command } from './command.ts';
import { pathOf } from './files.ts';
import { withServerData } from './foundation.ts';

const help = `
usage: usher backup DIR

Copies the database, as of one moment, and every installer into DIR, a folder that is new or empty; the server may run
meanwhile. On the same disk installers get a second name instead of a copy: carry DIR to another disk afterwards.

The passphrase of the signing keys is not in it. Keep it apart from the backup: together they are the keys.

On PostgreSQL, dump the database first ("pg_dump --format=custom --file=usher.dump URL"), then run this for the installers, and
keep both together.
`;

export const backupCommand: Command = {
  name: 'backup',
  summary: 'copy the data, while the server runs',
  help,
  run: async (args, console) => {
    const { positionals } = parseArgs({ args, allowPositionals: true, options: {} });
    if (positionals.length !== 1) throw new WrongCall('Say where the backup goes: usher backup DIR.');
    const folder = pathOf(console, positionals[0], 'usher backup DIR');
    const { installers, events, database } = await withServerData(console, (foundation) =>
      makeBackup(foundation, folder),
    );
    console.out(`The backup is in ${folder}: ${installers.length} installer(s), events up to ${events.seq}.`);
    if (database.kind === 'postgres') {
      console.out('The database is not in it: keep with it the dump that pg_dump made before.');
    }
    console.out('The passphrase of the signing keys is not in it: keep that elsewhere.');
  },
};
