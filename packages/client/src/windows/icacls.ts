// Sets owners and rights with icacls, and tells what it refuses from a moment in which it could not work.
import { win32 } from 'node:path';
import { ClientError, systemCode } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import { isNotStartable } from './powershell.ts';

const timeoutMs = 60_000;

/** From here on an exit code is no error of Windows but how a process died: 0xC0000142, say, where the system shuts down. */
const leastStatus = 0x1_0000;

/** Runs icacls of Windows itself. */
export class Icacls {
  readonly #host: Host;
  readonly #program: string;
  readonly #warn: (text: string) => void;

  constructor(host: Host, systemRoot: string, warn: (text: string) => void) {
    this.#host = host;
    this.#program = win32.join(systemRoot, 'System32', 'icacls.exe');
    this.#warn = warn;
  }

  /**
   * Runs it with each of these, in turn; false where it refuses one, twice: a file may have gone while it was at it.
   * @throws ClientError `state.unusable` where it did not come to an answer: that says nothing about any file
   */
  async gives(...all: readonly (readonly string[])[]): Promise<boolean> {
    for (const args of all) {
      const ended = (await this.#ending(args)) === 0 ? 0 : await this.#ending(args);
      if (ended === 0) continue;
      const how = `icacls ${args.join(' ')} ended with ${ended ?? 'a time-out'}`;
      this.#warn(how);
      if (typeof ended === 'number' && ended > 0 && ended < leastStatus) return false;
      throw new ClientError(
        'state.unusable',
        `The rights of the state folder cannot be set just now: ${how}. Nothing in it was changed otherwise. ` +
          'See that the system may run icacls.exe, then start the engine again.',
      );
    }
    return true;
  }

  /** Its exit code; null where it took too long; in words why it could not be started. */
  async #ending(args: readonly string[]): Promise<number | string | null> {
    try {
      return (await this.#host.run(this.#program, args, { timeoutMs })).exitCode;
    } catch (error) {
      if (isNotStartable(error)) return `no start (${systemCode(error) ?? ''})`;
      throw error;
    }
  }
}
