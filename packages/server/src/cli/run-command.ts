// Finds the command, runs it, and says in one line on standard error why it failed.
import { accountCommand } from './account-command.ts';
import { backupCommand } from './backup-command.ts';
import { WrongCall, type Command, type Console } from './command.ts';
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
    console.fault(`usher ${name}: ${isWrongCall ? correction(name, error) : describe(error)}`);
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

/** One line, whatever the message was. */
function describe(error: unknown): string {
  const code = codeOf(error);
  const path = error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : undefined;
  const plain = path === undefined ? undefined : ofPaths[code]?.(path);
  if (plain !== undefined) return plain;
  const hint = hints[code];
  return hint === undefined ? oneLine(error) : `${withStop(oneLine(error))} ${hint}`;
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}

function oneLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).trim().replace(/\s*\n\s*/g, ' ');
}

function withStop(sentence: string): string {
  return /[.!?]$/.test(sentence) ? sentence : `${sentence}.`;
}

/** What the system refuses to do with a file or folder, and what to do about it. */
const ofPaths: Readonly<Record<string, (path: string) => string>> = {
  ENOENT: (path) => `${path} is not there. Is the path right?`,
  EEXIST: (path) => `${path} is there already. Nothing is overwritten: choose another name.`,
  ENOTDIR: (path) => `${path} lies in something that is no folder. Is the path right?`,
  EISDIR: (path) => `${path} is a folder, not a file. Is the path right?`,
  EACCES: (path) => `This user has no right to ${path}. Give it the right, or choose another place.`,
  EPERM: (path) => `This user has no right to ${path}. Give it the right, or choose another place.`,
};

/** What to do about what else the system refuses. */
const hints: Readonly<Record<string, string>> = {
  EADDRINUSE: 'Another program listens there: stop it, or choose another port with USHER_PORT.',
  EACCES: 'Give this user the right to it, or choose another port with USHER_PORT.',
  ECONNREFUSED: 'Is the database server running, and USHER_DATABASE_URL right?',
};
