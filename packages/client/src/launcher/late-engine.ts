// Waits for an engine that starts with the machine: for some seconds nobody listens yet, which must not count as an engine
// that is broken.
import { asClientError } from '../client-error.ts';
import type { Host } from '../engine/host.ts';
import type { EngineAddress } from '../pipe/pipe-client.ts';
import { engineIn } from '../service/public-folder.ts';

/** For so long after the machine's start the engine may be late, in milliseconds. */
const bootMs = 5 * 60 * 1000;
/** How long one start waits for it in all, how often it looks, and from when on a person is told, in milliseconds. */
const longestMs = 15_000;
const pollMs = 250;
const untoldMs = 3_000;

/** The engine of a state folder as one start finds it: each time that it starts, it has another secret. */
export class LateEngine {
  readonly #host: Pick<Host, 'clock' | 'wait'>;
  readonly #folder: string;
  #address: EngineAddress;
  /** When that was asked which nobody answered; null where there was no need to wait yet. */
  #since: number | null = null;
  #isTold = false;

  constructor(host: Pick<Host, 'clock' | 'wait'>, folder: string, address: EngineAddress) {
    this.#host = host;
    this.#folder = folder;
    this.#address = address;
  }

  /** Where it is, as far as is known now. */
  get address(): EngineAddress {
    return this.#address;
  }

  /**
   * Asks it, and while the machine has only just started and nobody answers, again for some seconds.
   * @param onWaiting called once, where that takes longer than a moment
   */
  async ask<Answer>(question: (address: EngineAddress) => Promise<Answer>, onWaiting: () => void): Promise<Answer> {
    const begun = this.#host.clock.sinceBoot();
    for (;;) {
      try {
        return await question(this.#address);
      } catch (error) {
        if (asClientError(error, 'engine.silent') === null || !this.#mayWait(begun)) throw error;
        await this.#wait(onWaiting);
      }
    }
  }

  /** @param begun when it was first asked: one that takes a question and says nothing has had that time, too */
  #mayWait(begun: number): boolean {
    if (begun < bootMs) this.#since ??= begun;
    return this.#since !== null && this.#host.clock.sinceBoot() < this.#since + longestMs;
  }

  async #wait(onWaiting: () => void): Promise<void> {
    if (!this.#isTold && this.#host.clock.sinceBoot() >= (this.#since ?? 0) + untoldMs) {
      this.#isTold = true;
      onWaiting();
    }
    await this.#host.wait(pollMs);
    this.#address = (await engineIn(this.#folder)) ?? this.#address;
  }
}
