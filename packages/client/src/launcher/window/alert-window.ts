// One window from its opening to its end: the page's server and the browser that shows it.
import type { Host } from '../../engine/host.ts';
import { startBrowser, type BrowserCommand } from './browser.ts';
import { PageServer } from './page-server.ts';
import type { Screen } from './page/screen.ts';
import { delay } from './delay.ts';

/** How long a browser has to show the page before it counts as one that does not work, in milliseconds. */
const openingMs = 20_000;
/** A page that is loaded anew listens again sooner than this; one that does not was closed. In milliseconds. */
const reloadMs = 1_500;
/** How long a browser has to end when its page closes itself, in milliseconds. */
const endingMs = 2_000;

/** What a window is opened with. */
export interface WindowOptions {
  readonly browser: BrowserCommand;
  readonly host: Pick<Host, 'random' | 'wait'>;
  readonly screen: Screen;
  readonly onAnswer: (choice: string) => void;
}

/** A window that a person sees. */
export class AlertWindow {
  readonly #server: PageServer;
  /** Ends the browser, and what it left. */
  readonly #end: () => Promise<void>;
  /** Resolves when a person has closed it, or it died, or `close` was called. */
  readonly closed: Promise<void>;
  #ending: Promise<void> | null = null;

  private constructor(server: PageServer, closed: Promise<void>, end: () => Promise<void>) {
    this.#server = server;
    this.closed = closed;
    this.#end = end;
  }

  /** Opens a window; null where the browser can't be started or does not show the page. */
  static async open({ browser, host, screen, onAnswer }: WindowOptions): Promise<AlertWindow | null> {
    const listening = new Listening(host);
    const events = { onAnswer, onListening: (isListening: boolean) => listening.change(isListening) };
    const server = await PageServer.start(screen, events, (length) => host.random(length));
    const process = await startBrowser(browser, server.address).catch((error: unknown) => {
      if (error instanceof Error) return null;
      throw error;
    });
    const end = async () => {
      await process?.end();
      await server.stop();
    };
    const opening = new AbortController();
    const isThere =
      process !== null && (await isFirst(listening.began, [process.ended, delay(host, openingMs, opening.signal)]));
    opening.abort();
    if (!isThere) {
      await end();
      return null;
    }
    const closed = Promise.race([process.ended, listening.ceased]);
    return new AlertWindow(server, closed, async () => {
      server.closePage();
      const ending = new AbortController();
      await Promise.race([process.ended, delay(host, endingMs, ending.signal)]);
      ending.abort();
      await end();
    });
  }

  /** Shows another screen. */
  show(screen: Screen): void {
    this.#server.show(screen);
  }

  /** Closes it, where a person has not, and cleans up. May be called again. */
  close(): Promise<void> {
    this.#ending ??= this.#end();
    return this.#ending;
  }
}

/** Whether the page is there: it listens to the launcher for as long as it is. */
class Listening {
  readonly began: Promise<void>;
  readonly ceased: Promise<void>;
  readonly #host: Pick<Host, 'wait'>;
  #begin: () => void = () => undefined;
  #cease: () => void = () => undefined;
  #isListening = false;

  constructor(host: Pick<Host, 'wait'>) {
    this.#host = host;
    this.began = new Promise((resolve) => (this.#begin = resolve));
    this.ceased = new Promise((resolve) => (this.#cease = resolve));
  }

  change(isListening: boolean): void {
    this.#isListening = isListening;
    if (isListening) this.#begin();
    else {
      void delay(this.#host, reloadMs, new AbortController().signal).then(() => {
        if (!this.#isListening) this.#cease();
      });
    }
  }
}

/** True where `one` resolves before any of the others. */
async function isFirst(one: Promise<void>, others: readonly Promise<void>[]): Promise<boolean> {
  return await Promise.race([one.then(() => true), ...others.map((other) => other.then(() => false))]);
}
