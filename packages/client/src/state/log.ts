// The client's own log: one line a happening, bounded in size, without secrets.
import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { isoNow, type Clock } from '../clock.ts';
import { systemCode } from '../client-error.ts';

/** Where happenings are noted. */
export interface Log {
  info(text: string): void;
  warn(text: string): void;
}

const largest = 1024 * 1024;

/** A log file; when it reaches 1 MiB it becomes `NAME.1`, and the one that was there goes. */
export class LogFile implements Log {
  readonly path: string;
  readonly #clock: Clock;

  constructor(path: string, clock: Clock) {
    this.path = path;
    this.#clock = clock;
  }

  info(text: string): void {
    this.#write('info', text);
  }

  warn(text: string): void {
    this.#write('warn', text);
  }

  /** Synchronous: a line that was noted before a crash is there after it. A log that can't be written stops nothing. */
  #write(level: string, text: string): void {
    const line = `${isoNow(this.#clock)} ${level} ${text.replace(/\p{Cc}+/gu, ' ')}\n`;
    try {
      mkdirSync(dirname(this.path), { recursive: true });
      if (sizeOf(this.path) > largest) renameSync(this.path, `${this.path}.1`);
      appendFileSync(this.path, line, { mode: 0o600 });
    } catch (error) {
      if (systemCode(error) === null) throw error;
    }
  }
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
