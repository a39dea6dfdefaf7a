// One thing at a time in the engine: whoever asks waits for a turn, for as long as waiting makes sense.
import { ClientError } from '../client-error.ts';

/** What a turn is taken for. */
export interface TurnOptions {
  /** What is done, for `status` and for those who wait. */
  readonly what: string;
  /** True where the caller has other rules to go by than to wait until something long has ended. */
  readonly isImpatient: boolean;
  /** True where nobody waits for it: it gives way, as far as it can, as soon as somebody else asks. */
  readonly isBackground?: boolean;
}

/** Whoever has the turn. */
export interface Turn {
  /** Says whether this may take long while nothing on the machine changes (a download). */
  setLong(isLong: boolean): void;
  /** Aborted when somebody else asks while this is background work. */
  readonly givesWay: AbortSignal;
}

interface Waiting {
  readonly options: TurnOptions;
  readonly begin: () => void;
  readonly refuse: (error: ClientError) => void;
}

const mostWaiting = 64;

/** The turns of one engine. */
export class Turns {
  #queue: Waiting[] = [];
  readonly #onIdle: () => void;
  readonly #whenIdle: (() => void)[] = [];
  #current: TurnOptions | null = null;
  #isLong = false;
  #givingWay = new AbortController();

  /** @param onIdle called whenever nobody has the turn any more */
  constructor(onIdle: () => void = () => undefined) {
    this.#onIdle = onIdle;
  }

  /** What the one who has the turn is doing; null where nobody has it. */
  get busyWith(): string | null {
    return this.#current?.what ?? null;
  }

  /**
   * Does the work when its turn comes.
   * @throws ClientError `engine.busy` where too many wait, or an impatient one would wait for something long
   */
  async take<Result>(options: TurnOptions, work: (turn: Turn) => Promise<Result>): Promise<Result> {
    await this.#begin(options);
    try {
      return await work({ setLong: (isLong) => this.#setLong(isLong), givesWay: this.#givingWay.signal });
    } finally {
      this.#end();
    }
  }

  /** Has background work give way, and resolves when nobody has the turn or waits for it. */
  async idle(): Promise<void> {
    if (this.#current?.isBackground === true) this.#givingWay.abort();
    if (this.#current !== null) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  #begin(options: TurnOptions): Promise<void> {
    if (this.#current === null) {
      this.#current = options;
      return Promise.resolve();
    }
    const givesWay = this.#current.isBackground === true;
    if (givesWay) this.#givingWay.abort();
    const isTooLong = this.#isLong && !givesWay && options.isImpatient;
    if (this.#queue.length >= mostWaiting || isTooLong) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      this.#queue.push({ options, begin: resolve, refuse: reject });
    });
  }

  #end(): void {
    this.#isLong = false;
    this.#givingWay = new AbortController();
    const next = this.#queue.shift();
    this.#current = next?.options ?? null;
    next?.begin();
    if (next !== undefined) return;
    this.#onIdle();
    for (const resolve of this.#whenIdle.splice(0)) resolve();
  }

  #setLong(isLong: boolean): void {
    this.#isLong = isLong;
    if (!isLong || this.#current?.isBackground === true) return;
    const refused = this.#queue.filter(({ options }) => options.isImpatient);
    this.#queue = this.#queue.filter(({ options }) => !options.isImpatient);
    for (const { refuse } of refused) refuse(busy());
  }
}

function busy(): ClientError {
  return new ClientError('engine.busy', 'The Usher engine on this machine is busy. Try again in a moment.');
}
