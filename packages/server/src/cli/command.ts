// What every command of the server is made of.
import type { Clock } from '../clock.ts';

/** A command cannot do what it was asked; the message is one line that says what to do. */
export class CommandError extends Error {
  readonly code = 'command.failed';
}

/** A command was called in a way that it does not know; the message says how it is called. */
export class WrongCall extends Error {
  readonly code = 'command.wrong-call';
}

/** Where a command reads and writes. */
export interface Console {
  /** A line on standard output. */
  out(line: string): void;
  /** A line on standard error. */
  fault(line: string): void;
  /** Everything on standard input, up to its end. */
  input(): Promise<string>;
  /** What `readConfig` reads. */
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** What relative paths are relative to. */
  readonly folder: string;
  /** The machine's own time, unless a test holds it. */
  readonly clock?: Clock;
}

/** One command. */
export interface Command {
  readonly name: string;
  /** One line for the list of commands. */
  readonly summary: string;
  readonly help: string;
  /** Ends when the command's work is done. @throws CommandError, WrongCall */
  run(args: string[], console: Console): Promise<void>;
}
