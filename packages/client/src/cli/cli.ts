// The command line of the client: which command, with what, and how its end becomes an exit status.
import { resolve } from 'node:path';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import type { InstallerDriver } from '../engine/installer-driver.ts';
import { displayLine } from '../launcher/display-text.ts';
import { cleanTerminal, type Terminal } from '../launcher/terminal.ts';
import { failureText } from '../launcher/texts/failure-sentences.ts';
import { chooseLanguage } from '../launcher/texts/language.ts';
import { Texts } from '../launcher/texts/texts.ts';
import { machineFolderOf } from '../state/machine-folder.ts';
import { plainFailure } from '../state/system-failure.ts';
import { clientVersion } from '../version.ts';
import type { Command, CommandContext } from './command.ts';
import { commands } from './commands.ts';

/** What the process hands to the command line: nothing else of it is looked at. */
export interface ProcessContext {
  /** Without the program's own name. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly host: Host;
  readonly terminal: Terminal;
  /** For tests: in place of the machine's own installer. */
  readonly driver?: InstallerDriver;
  /** For tests: in place of the machine's own state folder. */
  readonly machineFolder?: string;
}

/** Options that every command takes. */
const commonOptions = {
  state: { type: 'string' },
  product: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsConfig['options'];

const commonHelp = [
  '  --state DIR     where the client keeps its state',
  '  --product CODE  which product: its UpgradeCode, or its id at the server',
  '  --help          this text',
];

const versionHelp = 'usher-client --version says which version this is.';

/** A failure can name paths, and what a server says at length, in characters. */
const longestFailure = 2_000;

/** Runs one command and gives its exit status. A failure is one line on standard error. */
export async function runClient(given: ProcessContext): Promise<number> {
  const process = { ...given, terminal: cleanTerminal(given.terminal) };
  try {
    return await runCommand(process);
  } catch (error) {
    const failure = error instanceof ClientError ? error : (plainFailure(error) ?? unexpected(error));
    process.terminal.tell(displayLine(`usher-client: ${said(process, failure)}`, longestFailure));
    return failure.exitStatus;
  }
}

/** In the person's language where the command is one that people meet; administrators' commands speak English. */
function said(process: ProcessContext, failure: ClientError): string {
  const [name = ''] = commandFirst(process.args);
  const isForPeople = Object.hasOwn(commands, name) && commands[name]?.isForPeople === true;
  const { language } = textsOf(process);
  return isForPeople && language !== 'en' ? failureText(failure, language) : failure.message;
}

function textsOf({ host, environment: { LC_ALL, LC_MESSAGES, LANG } }: ProcessContext): Texts {
  return new Texts(chooseLanguage([LC_ALL, LC_MESSAGES, LANG, host.facts().os.language]));
}

async function runCommand(process: ProcessContext): Promise<number> {
  const [name, ...rest] = commandFirst(process.args);
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.terminal.print(overview());
    return name === undefined ? 2 : 0;
  }
  if (name === '--version') {
    process.terminal.print(clientVersion);
    return 0;
  }
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) {
    throw new ClientError('usage.wrong', `There is no command "${name}". See usher-client --help.`);
  }
  const end = command.takesApplication ? rest.indexOf('--') : -1;
  const own = end === -1 ? rest : rest.slice(0, end);
  const { values, positionals } = parse(name, command, own);
  if (values.help === true) {
    process.terminal.print(helpOf(name, command));
    return 0;
  }
  return await command.run(contextOf(process, values), {
    values,
    positionals,
    application: end === -1 ? [] : rest.slice(end + 1),
  });
}

/** `--state DIR` and `--product CODE` may stand before the command too: they are moved behind it. */
function commandFirst(args: readonly string[]): readonly string[] {
  let at = 0;
  for (let arg = args[at]; arg !== undefined; arg = args[at]) {
    if (arg === '--state' || arg === '--product') at += 2;
    else if (arg.startsWith('--state=') || arg.startsWith('--product=')) at += 1;
    else break;
  }
  const name = args[at];
  return name === undefined ? [] : [name, ...args.slice(0, at), ...args.slice(at + 1)];
}

function parse(name: string, command: Command, args: readonly string[]) {
  try {
    const options = { ...commonOptions, ...command.options };
    return parseArgs({ args: [...args], options, allowPositionals: command.takesText });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const [what = ''] = error.message.split(/(?<=\.)\s/);
    throw new ClientError('usage.wrong', `${what} See usher-client ${name} --help.`, { cause: error });
  }
}

function contextOf(process: ProcessContext, values: Readonly<Record<string, unknown>>): CommandContext {
  const { host, terminal, environment, driver } = process;
  const { state, product } = values;
  const machineFolder = process.machineFolder ?? machineFolderOf(host.platform, environment);
  return {
    host,
    environment,
    terminal,
    texts: textsOf(process),
    // Whole: a service has a folder of its own to start from.
    folder: typeof state === 'string' ? resolve(state) : machineFolder,
    machineFolder,
    product: typeof product === 'string' ? product : null,
    ...(driver === undefined ? {} : { driver }),
  };
}

function overview(): string {
  const list = Object.entries(commands).map(([name, { summary }]) => `  ${name.padEnd(15)}${summary}`);
  return [
    'usage: usher-client COMMAND [OPTIONS]',
    '',
    ...list,
    '',
    'Every command takes',
    ...commonHelp,
    '',
    versionHelp,
  ].join('\n');
}

function helpOf(name: string, { usage, summary, details }: Command): string {
  return [`usage: usher-client ${name} ${usage}`.trimEnd(), '', summary, ...details, '', ...commonHelp].join('\n');
}

/** A defect of the client, or a system call that failed where none is expected to: still one line. */
function unexpected(error: unknown): ClientError {
  const what = error instanceof Error ? error.message : String(error);
  return new ClientError('state.unusable', `Something unexpected went wrong: ${what}. See usher-client doctor.`, {
    cause: error,
  });
}
