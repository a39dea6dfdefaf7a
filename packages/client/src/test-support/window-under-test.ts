// Reaches the windows that the client opens in a test: each Chromium is started with a debugger, and found by a mark.
import { MarkedBrowser } from '@usher/testkit';
import { chromium, type Page } from 'playwright-core';
import { onTestFinished, vi } from 'vitest';
import type { BrowserCommand } from '../launcher/window/browser.ts';

/** A Chromium for one window, and the page in it as soon as it is there and shows something. */
export function windowUnderTest(): { browser: BrowserCommand; page: () => Promise<Page> } {
  const marked = new MarkedBrowser();
  const browser = { file: marked.program, args: marked.args };
  const page = () =>
    vi.waitFor(
      async () => {
        const connected = await chromium.connectOverCDP(await marked.debuggerUrl());
        onTestFinished(() => connected.close());
        const [first] = connected.contexts()[0]?.pages() ?? [];
        if (first === undefined) throw new Error('The browser shows no page.');
        await first.getByRole('heading', { level: 1 }).waitFor({ timeout: 5_000 });
        return first;
      },
      // As long as the client itself gives a browser, twice.
      { timeout: 45_000, interval: 100 },
    );
  return { browser, page };
}
