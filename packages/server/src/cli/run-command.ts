// Finds the command, runs it, and says in one line on standard error why it failed.
import { accountCommand } from './account-command.ts';
import { backupCommand } from './backup-command.ts';
import type { Command, Console } from './command.ts';
import { eventsCommand } from './events-command.ts';
import { keyCommand } from './key-command.ts';
import { migrateCommand } from './migrate-command.ts';
import { publishCommand } from './publish-command.ts';
import { restoreCommand } from './restore-command.ts';
import { serveCommand } from './serve-command.ts';

const commands: readonly Command[] = [
  serveCommand,
  accountCommand,
  keyCommand,
  publishCommand,
  backupCommand,
  restoreCommand,
  eventsCommand,
  migrateCommand,
];

/** Runs the command that the arguments name and answers its exit status: 0, 1 for a failure, 2 for a wrong call. */
export async function runCommand(args: readonly string[], console: Console): Promise<number> {
  const [name, ...rest] = args;
  if (name === undefined || name === '--help' || name === 'help') {
    console.out(overview());
    return name === undefined ? 2 : 0;
  }
  const command = commands.find((known) => known.name === name);
  if (command === undefined) {
    console.fault(`usher: there is no command "${name}"; "usher --help" lists them.`);
    return 2;
  }
  if (rest.includes('--help')) {
    console.out(command.help.trim());
    return 0;
  }
  try {
    await command.run(rest, console);
    return 0;
  } catch (error) {
    console.fault(`usher ${name}: ${describe(error)}`);
    return 1;
  }
}

function overview(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
  return `usage: usher COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\n"usher COMMAND --help" says more. The environment variables stand in the README.`;
}

/** One line, whatever the message was. */
function describe(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const hint = error instanceof Error && 'code' in error ? hints[String(error.code)] : undefined;
  return [message, hint]
    .filter((part) => part !== undefined)
    .join(' ')
    .replace(/\s*\n\s*/g, ' ');
}

/** What to do about what the system refuses. */
const hints: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there: stop it, or choose another port with USHER_PORT.',
  ENOENT: 'Is the path right?',
  EEXIST: 'Nothing is overwritten: choose another name.',
  EACCES: 'Give this user the right to it, or choose another place.',
  ECONNREFUSED: 'Is the database server running, and USHER_DATABASE_URL right?',
};
