// The alert in a window of its own. Where none can be shown, another view takes over; a closed window means the safe choice.
import type { Host } from '../../engine/host.ts';
import { safeChoice, type AlertView, type Outcome, type Work } from '../alert-view.ts';
import type { Alert, Choice } from '../alert.ts';
import type { Progress } from '../engine-link.ts';
import { ProgressTeller } from '../progress.ts';
import type { Texts } from '../texts/texts.ts';
import { AlertWindow } from './alert-window.ts';
import type { BrowserCommand } from './browser.ts';
import { delay } from './delay.ts';
import type { Screen } from './page/screen.ts';
import { alertScreen, outcomeScreen, workScreen, type ScreenFrame } from './screen-of.ts';

/** What a view in a window works with. */
export interface WindowViewOptions {
  readonly host: Pick<Host, 'clock' | 'random' | 'wait'>;
  readonly texts: Texts;
  /** Finds the browser when it is needed first; null where there is none. */
  readonly browser: () => Promise<BrowserCommand | null>;
  /** Shows and asks where no window can be shown. */
  readonly fallback: AlertView;
}

type Answer = Exclude<Choice, 'copy-details'>;

/** What goes on, as far as it is this view's to know. */
interface UnderWay {
  readonly work: Work;
  readonly cancelled: AbortController;
  readonly teller: ProgressTeller;
  mayCancel: boolean;
}

/** How long an outcome that needs no attention is left to be read, in milliseconds. */
const readingMs = 2_500;
/** A browser that has ended sooner than this has fallen, in milliseconds. */
const fallMs = 5_000;
/** After these answers nothing more is asked: the window goes at once. */
const last: ReadonlySet<string> = new Set<Answer>(['later', 'continue', 'exit']);

/** A view that opens its window when there is something to show, and not before. */
export class WindowView implements AlertView {
  readonly asks = true;
  readonly #options: WindowViewOptions;
  /** The window, while it is there or being opened. */
  #window: Promise<AlertWindow | null> | null = null;
  #isBroken = false;
  /** A person has closed it: it does not come back for progress alone. */
  #wasClosed = false;
  #screen: Screen | null = null;
  #serial = 0;
  #product = '';
  /** What was said since the last alert: the next one says it too. */
  #said: readonly string[] = [];
  #asked: { readonly alert: Alert; readonly answer: (choice: Answer) => void } | null = null;
  #lastAnswer: Answer | null = null;
  #underWay: UnderWay | null = null;
  #outcome: Outcome | null = null;
  #closing: Promise<void> | null = null;
  /** The ends of windows that were closed before. */
  readonly #ended: Promise<void>[] = [];
  /** Resolves when the window that is going, where one is, has gone. */
  #leaving: Promise<void> = Promise.resolve();

  constructor(options: WindowViewOptions) {
    this.#options = options;
  }

  async ask(alert: Alert): Promise<Answer> {
    // One that is just going would take the question with it.
    await this.#leaving;
    this.#product = alert.product ?? this.#product;
    const unread = this.#outcome?.needsAttention === true ? [this.#outcome.title, ...this.#outcome.body] : [];
    const status = [...unread, ...this.#said].join(' ') || null;
    this.#said = [];
    this.#outcome = null;
    this.#underWay = null;
    this.#wasClosed = false;
    const answer = new Promise<Answer>((resolve) => (this.#asked = { alert, answer: resolve }));
    if (await this.#show(alertScreen(alert, { ...this.#frame(), status }))) return await answer;
    this.#asked = null;
    return await this.#options.fallback.ask(alert);
  }

  async refuse(alert: Alert): Promise<void> {
    if (this.#lastAnswer === 'exit' || this.#isBroken) return;
    await this.ask(alert);
    await (await this.#window)?.close();
    await Promise.all(this.#ended);
  }

  tell(lines: readonly string[]): void {
    if (this.#window === null) this.#options.fallback.tell(lines);
    this.#said = [...this.#said, ...lines];
  }

  begin(work: Work): AbortSignal {
    const { fallback, texts, host } = this.#options;
    fallback.begin(work);
    const teller = new ProgressTeller(texts, host.clock);
    this.#underWay = { work, cancelled: new AbortController(), teller, mayCancel: work.mayCancel };
    this.#outcome = null;
    // Where the person was just asked, they see at once that their answer counts.
    if (this.#window !== null) void this.#show(this.#workScreen(texts.say('progress.preparing')));
    return this.#underWay.cancelled.signal;
  }

  progress(progress: Progress): void {
    const { fallback } = this.#options;
    if (this.#isBroken || (this.#wasClosed && this.#window === null)) fallback.progress(progress);
    if (this.#underWay === null || this.#wasClosed) return;
    if (progress.stage !== 'downloading') this.#underWay.mayCancel = false;
    const text = this.#underWay.teller.tell(progress);
    void this.#show({ ...this.#workScreen(text.stage), progress: text });
  }

  done(outcome: Outcome): void {
    this.#underWay = null;
    this.#outcome = outcome;
    if (this.#isBroken || (this.#window === null && !outcome.needsAttention)) {
      this.#options.fallback.done(outcome);
      this.#said = [...this.#said, outcome.title];
      return;
    }
    const screen = outcomeScreen(outcome, this.#frame());
    void this.#show(screen).then((isShown) => {
      if (!isShown) this.#options.fallback.done(outcome);
    });
    void this.#countDown(screen, outcome.countdownSeconds ?? 0);
  }

  /** Shows how the seconds pass, for as long as nothing else is shown. */
  async #countDown(screen: Screen, seconds: number): Promise<void> {
    const { host, texts } = this.#options;
    const { clock } = host;
    const until = clock.sinceBoot() + seconds * 1000;
    while (this.#screen?.serial === screen.serial && clock.sinceBoot() < until && this.#closing === null) {
      const left = Math.ceil((until - clock.sinceBoot()) / 1000);
      const progress = {
        stage: '',
        amount: null,
        left: texts.count('progress.seconds-left', left),
        fraction: left / seconds,
      };
      void this.#show({ ...screen, progress });
      await host.wait(1000);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const window = await this.#window;
    if (window !== null && this.#outcome !== null) {
      const reading = new AbortController();
      const isRead = this.#outcome.needsAttention ? [] : [delay(this.#options.host, readingMs, reading.signal)];
      await Promise.race([window.closed, ...isRead]);
      reading.abort();
    }
    await window?.close();
    await Promise.all(this.#ended);
  }

  /** Puts a screen up, in a new window where there is none. False where no window can be had. */
  async #show(screen: Screen): Promise<boolean> {
    this.#screen = screen;
    if (this.#isBroken) return false;
    const isOpen = this.#window !== null;
    this.#window ??= this.#open(screen);
    const window = await this.#window;
    // While a window opens, screens may have followed each other: only the newest counts.
    if (isOpen && this.#screen === screen) window?.show(screen);
    return window !== null;
  }

  async #open(screen: Screen): Promise<AlertWindow | null> {
    const { browser: find, host } = this.#options;
    const browser = await find();
    const onAnswer = (choice: string) => this.#onAnswer(choice);
    const open = () => (browser === null ? null : AlertWindow.open({ browser, host, screen, onAnswer }));
    const begunAt = host.clock.sinceBoot();
    let window = await open();
    // A browser can fall at its start for once (while it is updated, say). One that is only slow is not waited for twice.
    if (window === null && host.clock.sinceBoot() - begunAt < fallMs) window = await open();
    if (window === null) {
      this.#isBroken = true;
      this.#window = null;
      return null;
    }
    const opened = window;
    void opened.closed.then(() => this.#onClosed(opened));
    return opened;
  }

  #onAnswer(choice: string): void {
    const { alert } = this.#asked ?? {};
    const answered = alert?.choices.find((each) => each.choice === choice)?.choice;
    if (answered !== undefined && answered !== 'copy-details') {
      this.#answer(answered);
      if (last.has(answered)) this.#leaving = this.#leave();
    } else if (choice === 'cancel') this.#callOff();
    else if (choice === 'close') this.#leaving = this.#leave();
  }

  async #leave(): Promise<void> {
    const window = await this.#window;
    await window?.close();
    await window?.closed;
  }

  #answer(choice: Answer): void {
    const asked = this.#asked;
    this.#asked = null;
    this.#lastAnswer = choice;
    asked?.answer(choice);
  }

  #callOff(): void {
    const underWay = this.#underWay;
    if (underWay?.mayCancel !== true) return;
    underWay.mayCancel = false;
    underWay.cancelled.abort();
    this.#leaving = this.#leave();
  }

  /** The person (or the browser's end) has closed the window: that is the safe choice. */
  #onClosed(window: AlertWindow): void {
    this.#window = null;
    this.#wasClosed = true;
    if (this.#asked !== null) this.#answer(safeChoice(this.#asked.alert));
    this.#callOff();
    this.#ended.push(window.close());
  }

  #workScreen(stage: string): Screen {
    const { work, mayCancel } = this.#underWay ?? { work: { title: '', mayCancel: false }, mayCancel: false };
    const progress = { stage, amount: null, left: null, fraction: null };
    return workScreen(work, progress, mayCancel, this.#frame(mayCancel));
  }

  /** A new serial for every screen but the next moment of the same work. */
  #frame(mayCancel: boolean | null = null): ScreenFrame {
    const before = this.#screen;
    const goesOn = mayCancel !== null && before?.kind === 'working' && before.choices.length > 0 === mayCancel;
    if (!goesOn) this.#serial += 1;
    return { serial: this.#serial, texts: this.#options.texts, product: this.#product, status: null };
  }
}
