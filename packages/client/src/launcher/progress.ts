// Words for how an update goes on: the stage, and of a download the bytes, the speed and the time left.
import type { Clock } from '../clock.ts';
import type { Progress } from './engine-link.ts';
import type { Texts } from './texts/texts.ts';
import { TransferMeter } from './transfer-meter.ts';

/** A moment of an update, in words. */
export interface ProgressText {
  readonly stage: string;
  /** How much has come, and how fast; null outside of a download. */
  readonly amount: string | null;
  /** Null where nobody knows. */
  readonly left: string | null;
  /** From 0 to 1; null where nobody knows. */
  readonly fraction: number | null;
}

/** Tells one update, from its first progress to its last. */
export class ProgressTeller {
  readonly #texts: Texts;
  readonly #clock: Clock;
  readonly #meter = new TransferMeter();

  constructor(texts: Texts, clock: Clock) {
    this.#texts = texts;
    this.#clock = clock;
  }

  tell(progress: Progress): ProgressText {
    const still = { amount: null, left: null, fraction: null };
    switch (progress.stage) {
      case 'downloading':
        return this.#download(progress.bytes, progress.total);
      case 'waiting-for-installer':
        return {
          ...still,
          stage: this.#texts.say('progress.retrying', { seconds: Math.ceil(progress.waitMs / 1000) }),
        };
      case 'verifying':
      case 'closing':
      case 'installing':
      case 'rolling-back':
      case 'waiting-for-engine':
        return { ...still, stage: this.#texts.say(`progress.${progress.stage}`) };
    }
  }

  #download(bytes: number, total: number): ProgressText {
    const texts = this.#texts;
    const mb = (count: number) => texts.number(count / 1_000_000, 1);
    const estimate = this.#meter.measure(bytes, total, this.#clock.sinceBoot());
    const amount = texts.say('progress.amount', { done: mb(bytes), total: mb(Math.max(total, 100_000)) });
    const speed =
      estimate === null ? [] : [texts.say('progress.speed', { speed: mb(Math.round(estimate.bytesPerSecond)) })];
    const secondsLeft = bytes === total ? null : (estimate?.secondsLeft ?? null);
    return {
      stage: texts.say('progress.downloading'),
      amount: [amount, ...speed].join(', '),
      left: secondsLeft === null ? null : timeLeft(secondsLeft, texts),
      fraction: total === 0 ? 1 : Math.min(1, bytes / total),
    };
  }
}

/** Never more exact than it is: whole minutes, and below one in steps of five seconds. */
function timeLeft(seconds: number, texts: Texts): string {
  if (seconds > 55) return texts.count('progress.minutes-left', Math.ceil(seconds / 60));
  return texts.count(
    'progress.seconds-left',
    seconds <= 5 ? Math.max(1, Math.ceil(seconds)) : Math.ceil(seconds / 5) * 5,
  );
}
