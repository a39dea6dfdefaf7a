// Finds the command, runs it, and says in one line on standard error why it failed.
import { accountCommand } from './account-command.ts';
import { backupCommand } from './backup-command.ts';
import { WrongCall, type Command, type Console } from './command.ts';
import { codeOf, describeFailure, oneLine, withStop } from './describe-failure.ts';
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
    const isWrongCall = error instanceof WrongCall || codeOf(error).startsWith('ERR_PARSE_ARGS_');
    console.fault(`usher ${name}: ${isWrongCall ? correction(name, error) : describeFailure(error)}`);
    return isWrongCall ? 2 : 1;
  }
}

function overview(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(10)}${summary}`);
  return `usage: usher COMMAND [OPTIONS]\n\n${lines.join('\n')}\n\n"usher COMMAND --help" says more. The environment variables stand in docs/operating.md.`;
}

/** What is wrong with how the command was called. */
function correction(name: string, error: unknown): string {
  if (error instanceof WrongCall) return error.message;
  // Node adds how to write a value that looks like an option: that is seldom what was meant.
  const [what = ''] = oneLine(error).split('. ');
  return `${withStop(what)} "usher ${name} --help" says more.`;
}
