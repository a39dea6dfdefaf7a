// What a command is: what it is given, and what it gives.
import type { ParseArgsConfig } from 'node:util';
import type { Host } from '../engine/host.ts';
import type { InstallerDriver } from '../engine/installer-driver.ts';
import type { Terminal } from '../launcher/terminal.ts';
import type { Texts } from '../launcher/texts/texts.ts';

/** What every command works with. */
export interface CommandContext {
  readonly host: Host;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly texts: Texts;
  /** The state folder. */
  readonly folder: string;
  /** The state folder of the whole machine, whatever `--state` says. */
  readonly machineFolder: string;
  /** `--product`; null where it was not given. */
  readonly product: string | null;
  readonly driver?: InstallerDriver;
}

/** What was typed after the command. */
export interface CommandInput {
  readonly values: Readonly<Record<string, unknown>>;
  readonly positionals: readonly string[];
  /** What stands after `--`. */
  readonly application: readonly string[];
}

/** A command. */
export interface Command {
  readonly summary: string;
  readonly usage: string;
  readonly details: readonly string[];
  readonly options: NonNullable<ParseArgsConfig['options']>;
  /** Words may follow that are no options. */
  readonly takesText: boolean;
  /** People at the workstation meet it: its failures are said in their language. */
  readonly isForPeople: boolean;
  /** `-- APP [ARGS…]` may follow. */
  readonly takesApplication: boolean;
  /** Gives the exit status; a failure is a `ClientError`. */
  readonly run: (context: CommandContext, input: CommandInput) => Promise<number>;
}
