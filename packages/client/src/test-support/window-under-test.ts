// Reaches the windows that the client opens in a test: each Chromium is started with a debugger, and found by a mark.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Page } from 'playwright-core';
import { onTestFinished, vi } from 'vitest';
import type { BrowserCommand } from '../launcher/window/browser.ts';
import { chromiumArguments, chromiumProgram } from './chromium.ts';

/**
 * Where the debugger of the browser with this mark listens. Chromium chooses the port itself and notes it in its profile:
 * where a given port is in use, be it by a browser that has just fallen, it shows its window without a debugger.
 * @throws {Error} where there is no such browser, or none yet
 */
async function debuggerOf(mark: string): Promise<string> {
  const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    // A process that has ended meanwhile has no arguments.
    const args = (await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '')).split('\0');
    if (!args.includes(mark) || args.some((each) => each.startsWith('--type='))) continue;
    const profile = args.find((each) => each.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length) ?? '';
    const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
    return `http://127.0.0.1:${port}`;
  }
  throw new Error('The window has no browser.');
}

/** A Chromium for one window, and the page in it as soon as it is there and shows something. */
export function windowUnderTest(): { browser: BrowserCommand; page: () => Promise<Page> } {
  const mark = `--usher-window-under-test=${randomUUID()}`;
  const browser = { file: chromiumProgram, args: [...chromiumArguments, '--remote-debugging-port=0', mark] };
  const page = () =>
    vi.waitFor(
      async () => {
        const connected = await chromium.connectOverCDP(await debuggerOf(mark));
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
