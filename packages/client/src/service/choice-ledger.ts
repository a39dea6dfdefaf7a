// Which choices of people are news: what somebody says again about the same offer is not, and nobody's are without end.
import type { Clock } from '../clock.ts';
import { Allowance } from './allowance.ts';

/** How many choices are passed on, whoever made them: so many at once, and then one a minute. Each is an event at the server. */
const passedOn = { most: 60, perSecond: 1 / 60 };

/** What became of a choice: `known` where it was said about this offer before. */
export type Novelty = 'new' | 'known' | 'too-many';

/** The choices that were made about the offers of one engine. Callers are not told apart: nobody knows who they are. */
export class ChoiceLedger {
  readonly #allowance: Allowance;
  /** By product: the update that its last check planned, and what was said about it since. */
  readonly #offers = new Map<string, { readonly updateId: string; readonly said: Set<string> }>();

  constructor(clock: Clock) {
    this.#allowance = new Allowance(clock, passedOn.most, passedOn.perSecond);
  }

  /** The check of a start was answered: with it, a new offer begins. */
  begin(productId: string, updateId: string | null): void {
    if (updateId === null) this.#offers.delete(productId);
    else this.#offers.set(productId, { updateId, said: new Set() });
  }

  /** Notes a choice about the update that is planned. Of each kind one counts in an offer. */
  note(productId: string, updateId: string, choice: string): Novelty {
    if (this.#offers.get(productId)?.updateId !== updateId) this.begin(productId, updateId);
    const said = this.#offers.get(productId)?.said;
    if (said?.has(choice) === true) return 'known';
    if (!this.#allowance.take()) return 'too-many';
    said?.add(choice);
    return 'new';
  }
}
