// `usher account`: makes and enables accounts, and resets passwords, where nobody can sign in to do it.
import { parseArgs } from 'node:util';
import { roles, type Role } from '@usher/protocol';
import { composeAccounts } from '../compose.ts';
import type { AccountsService } from '../features/accounts/accounts-service.ts';
import type { Initiator } from '../initiator.ts';
import { newSecret, systemRandom } from '../ids.ts';
import { CommandError, WrongCall, type Command, type Console } from './command.ts';
import { withFoundation } from './foundation.ts';

const help = `
usage: usher account add EMAIL [--role ROLE] [--name NAME] [--password-stdin]
       usher account reset-password EMAIL [--password-stdin]
       usher account enable EMAIL

Makes an account, or sets a new password, which ends the account's sessions and API tokens. Without --password-stdin a
password is made and printed, once. A disabled account is enabled first: no password lets it in.

  --role ROLE        ${roles.join(', ')}; owner unless said otherwise
  --name NAME        how the console shows the account
  --password-stdin   takes the password from standard input: one line, at least 12 characters
`;

/** Whoever can run commands on the server. */
const byCommand: Initiator = { actor: { kind: 'system', name: 'usher account' }, address: null };

export const accountCommand: Command = {
  name: 'account',
  summary: 'make or enable an account, or reset a password',
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
    if (email === undefined || more.length > 0 || !isAction(action)) {
      throw new WrongCall('Say "add EMAIL", "reset-password EMAIL" or "enable EMAIL"; --help says more.');
    }
    const role = roles.find((known) => known === values.role);
    if (role === undefined) throw new WrongCall(`There is no role "${values.role}": choose ${roles.join(', ')}.`);
    if (action === 'enable') {
      console.out(await enable(console, email));
      return;
    }
    const given = values['password-stdin'] ? await readPassword(console) : null;
    const password = given ?? newSecret(systemRandom);
    await withAccounts(console, async (accounts) => {
      if (action === 'add') {
        await accounts.create({ email, role: role satisfies Role, password, name: values.name }, byCommand);
        return;
      }
      const { id, status } = await accounts.withEmail(email);
      if (status === 'disabled') {
        throw new CommandError(`${email} is disabled: no password lets it in. "usher account enable ${email}" first.`);
      }
      await accounts.change(id, { password }, byCommand);
    });
    console.out(action === 'add' ? `The account ${email} (${role}) was made.` : `${email} has a new password.`);
    if (given === null) console.out(`Password: ${password}`);
  },
};

function isAction(action: string | undefined): action is 'add' | 'reset-password' | 'enable' {
  return action === 'add' || action === 'reset-password' || action === 'enable';
}

async function withAccounts(console: Console, work: (accounts: AccountsService) => Promise<void>): Promise<void> {
  await withFoundation(console, (foundation) => work(composeAccounts(foundation).accounts));
}

/** Lets an account sign in again; answers what to say of it. */
async function enable(console: Console, email: string): Promise<string> {
  let said = `${email} was enabled.`;
  await withAccounts(console, async (accounts) => {
    const { id, status } = await accounts.withEmail(email);
    if (status === 'active') said = `${email} is enabled already.`;
    else await accounts.change(id, { status: 'active' }, byCommand);
  });
  return said;
}

async function readPassword(console: Console): Promise<string> {
  const [line = ''] = (await console.input()).split(/\r?\n/);
  return line;
}
