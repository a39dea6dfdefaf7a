// Reaches the windows that the client opens in a test: each Chromium is started with a debugger on a port of its own.
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { chromium, type Page } from 'playwright-core';
import { onTestFinished, vi } from 'vitest';
import type { BrowserCommand } from '../launcher/window/browser.ts';
import { chromiumArguments, chromiumProgram } from './chromium.ts';

/**
 * A port that nobody listens on, below those that the system gives to connections: Chromium shows its window without a
 * debugger where the port is in use, be it only by a connection that has just ended.
 */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 32_000);
    const probe = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      probe.once('error', () => resolve(false)).listen(port, '127.0.0.1', () => resolve(true));
    });
    if (!isFree) continue;
    await new Promise((resolve) => probe.close(resolve));
    return port;
  }
}

/** A Chromium for one window, and the page in it as soon as it is there and shows something. */
export async function windowUnderTest(): Promise<{ browser: BrowserCommand; page: () => Promise<Page> }> {
  const port = await freePort();
  const browser = {
    file: chromiumProgram,
    args: [...chromiumArguments, `--remote-debugging-port=${port}`],
  };
  const page = () =>
    vi.waitFor(
      async () => {
        const connected = await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
        onTestFinished(() => connected.close());
        const [first] = connected.contexts()[0]?.pages() ?? [];
        if (first === undefined) throw new Error('The browser shows no page.');
        await first.getByRole('heading', { level: 1 }).waitFor({ timeout: 5_000 });
        return first;
      },
      { timeout: 20_000, interval: 100 },
    );
  return { browser, page };
}
