// `usher account`: makes accounts and resets passwords where nobody can sign in to do it.
import { parseArgs } from 'node:util';
import { roles, type Role } from '@usher/protocol';
import { composeAccounts } from '../compose.ts';
import type { Initiator } from '../initiator.ts';
import { newSecret, systemRandom } from '../ids.ts';
import { WrongCall, type Command, type Console } from './command.ts';
import { withFoundation } from './foundation.ts';

const help = `
usage: usher account add EMAIL [--role ROLE] [--name NAME] [--password-stdin]
       usher account reset-password EMAIL [--password-stdin]

Makes an account, or sets a new password, which ends the account's sessions and API tokens. Without --password-stdin a
password is made and printed, once.

  --role ROLE        ${roles.join(', ')}; owner unless said otherwise
  --name NAME        how the console shows the account
  --password-stdin   takes the password from standard input: one line, at least 12 characters
`;

/** Whoever can run commands on the server. */
const byCommand: Initiator = { actor: { kind: 'system', name: 'usher account' }, address: null };

export const accountCommand: Command = {
  name: 'account',
  summary: 'make an account, or reset a password',
  help,
  run: async (args, console) => {
    const { positionals, values } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        role: { type: 'string', default: 'owner' },
        name: { type: 'string' },
        'password-stdin': { type: 'boolean', default: false },
      },
    });
    const [action, email, ...more] = positionals;
    if (email === undefined || more.length > 0 || (action !== 'add' && action !== 'reset-password')) {
      throw new WrongCall('Say "add EMAIL" or "reset-password EMAIL"; --help says more.');
    }
    const role = roles.find((known) => known === values.role);
    if (role === undefined) throw new WrongCall(`There is no role "${values.role}": choose ${roles.join(', ')}.`);
    const given = values['password-stdin'] ? await readPassword(console) : null;
    const password = given ?? newSecret(systemRandom);
    await withFoundation(console, async (foundation) => {
      const { accounts } = composeAccounts(foundation);
      if (action === 'add')
        await accounts.create({ email, role: role satisfies Role, password, name: values.name }, byCommand);
      else await accounts.resetPassword(email, password, byCommand);
    });
    console.out(action === 'add' ? `The account ${email} (${role}) was made.` : `${email} has a new password.`);
    if (given === null) console.out(`Password: ${password}`);
  },
};

async function readPassword(console: Console): Promise<string> {
  const [line = ''] = (await console.input()).split(/\r?\n/);
  return line;
}
