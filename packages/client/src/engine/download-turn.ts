// When it is this workstation's turn to download while nobody waits for it: drawn at first, then as the server says.
import type * as z from 'zod';
import { ClientError } from '../client-error.ts';
import type { StateFile } from '../state/state-file.ts';
import type { turnsSchema } from '../state/state-folder.ts';
import type { Host } from './host.ts';

/** The delay is drawn between nothing and this: so a fleet that learns of an update at once comes one after another. */
export const spreadMs = 30 * 60 * 1000;
const longestMs = 24 * 60 * 60 * 1000;

/** More than anybody waits for at once. */
const mostKept = 32;

/** The turns of one workstation, one for each installer; kept on disk, so that a restart neither loses one nor draws again. */
export class DownloadTurn {
  readonly #record: StateFile<typeof turnsSchema>;
  readonly #host: Pick<Host, 'clock' | 'random'>;

  constructor(record: StateFile<typeof turnsSchema>, host: Pick<Host, 'clock' | 'random'>) {
    this.#record = record;
    this.#host = host;
  }

  /** @throws ClientError `download.postponed` (with `retryAfterMs`) while it is not this workstation's turn yet */
  async require(sha256: string): Promise<void> {
    const turn = (await this.#turns()).find((each) => each.sha256 === sha256);
    const now = this.#host.clock.now();
    if (turn === undefined || turn.notBefore > now + longestMs) {
      await this.postpone(sha256, Math.floor(this.#fraction() * spreadMs));
      return;
    }
    if (turn.notBefore > now) throw postponed(turn.notBefore - now);
  }

  /** @throws ClientError `download.postponed`, always but for no time at all */
  async postpone(sha256: string, ms: number): Promise<void> {
    const others = (await this.#turns()).filter((each) => each.sha256 !== sha256);
    const turn = { sha256, notBefore: this.#host.clock.now() + ms };
    await this.#record.write({ turns: [...others.slice(1 - mostKept), turn] });
    if (ms > 0) throw postponed(ms);
  }

  async #turns(): Promise<z.output<typeof turnsSchema>['turns']> {
    return (await this.#record.read())?.turns ?? [];
  }

  /** From 0 up to, and without, 1. */
  #fraction(): number {
    return Buffer.from(this.#host.random(4)).readUInt32LE(0) / 2 ** 32;
  }
}

function postponed(ms: number): ClientError {
  const minutes = Math.max(1, Math.round(ms / 60_000));
  return new ClientError(
    'download.postponed',
    `It is not this workstation's turn to download yet; it is in about ${minutes} min. A start that needs the update does not wait for it.`,
    { retryAfterMs: ms },
  );
}
