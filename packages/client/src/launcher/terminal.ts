// Where the client writes and reads: the streams of the process, used so that they work under Wine as well.
import { writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { systemCode } from '../client-error.ts';
import { displayText } from './display-text.ts';

/** What the client says and hears. */
export interface Terminal {
  /** Standard output: the answer of a command. */
  print(text: string): void;
  /** Standard error: the alert and failures, so that the output of the application stays its own. */
  tell(text: string): void;
  /** One line that a person typed; null at the end of the input. */
  readLine(): Promise<string | null>;
  /** True where a person sits at both ends. */
  readonly isInteractive: boolean;
}

/**
 * The process's own streams. It writes to the file descriptors themselves: under Wine `process.stdout` can't even be
 * looked at where it is a pipe. Standard input is opened only when somebody is asked.
 */
export function processTerminal(options: {
  readonly isInteractive: boolean;
  readonly openInput: () => NodeJS.ReadableStream;
}): Terminal {
  let lines: AsyncIterator<string, undefined> | null = null;
  return {
    isInteractive: options.isInteractive,
    print: (text) => writeAll(1, `${text}\n`),
    tell: (text) => writeAll(2, `${text}\n`),
    readLine: async () => {
      lines ??= await linesOf(options.openInput());
      const next: IteratorResult<string, undefined> = await lines.next();
      return next.done === true ? null : next.value;
    },
  };
}

/** The same, to which nothing is written that steers it, hides or turns round: much of what is said came from elsewhere. */
export function cleanTerminal(terminal: Terminal): Terminal {
  return {
    isInteractive: terminal.isInteractive,
    print: (text) => terminal.print(displayText(text)),
    tell: (text) => terminal.tell(displayText(text)),
    readLine: () => terminal.readLine(),
  };
}

/** A start rarely asks in the terminal: what reads from it is loaded then. */
async function linesOf(input: NodeJS.ReadableStream): Promise<AsyncIterator<string, undefined>> {
  const { createInterface } = await import('node:readline');
  return createInterface({ input, crlfDelay: Infinity })[Symbol.asyncIterator]();
}

/**
 * Puts streams that swallow everything in the place of `process.stdout` and `process.stderr` where those can't even be
 * looked at (under Wine, where they are pipes: EBADF). Node itself looks at them, at the end of every connection.
 */
export function guardStandardStreams(): void {
  for (const name of ['stdout', 'stderr'] as const) {
    try {
      Reflect.get(process, name);
    } catch (error) {
      if (systemCode(error) !== 'EBADF') throw error;
      const value = new Writable({ write: (_chunk, _encoding, done) => done() });
      Object.defineProperty(process, name, { value, configurable: true });
    }
  }
}

function writeAll(descriptor: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) {
    try {
      done += writeSync(descriptor, bytes, done);
    } catch (error) {
      const code = systemCode(error) ?? '';
      // The reader of a pipe is slow: it has a moment to catch up.
      if (code === 'EAGAIN') Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
      // Nobody listens (any more): what was said is lost, what is done goes on.
      else if (['EPIPE', 'EBADF', 'EOF', 'EINVAL'].includes(code)) return;
      else throw error;
    }
  }
}
