// A Chromium that somebody else starts, found by a mark among its arguments, and reached through its debugger.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { chromium, type Browser } from '@playwright/test';

/** How a browser is called so that its debugger can be found. */
export class MarkedBrowser {
  readonly #mark = `--usher-window-under-test=${randomUUID()}`;

  /** The program and its arguments. Chromium chooses the port: where a given one is in use it has no debugger. */
  get command(): readonly string[] {
    return [
      '/usr/bin/chromium',
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--remote-debugging-port=0',
      this.#mark,
    ];
  }

  /** Connects to it. Rejects where it is not there, or not yet. */
  async connect(): Promise<Browser> {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of processes) {
      // A process that has ended meanwhile has no arguments.
      const args = (await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '')).split('\0');
      if (!args.includes(this.#mark) || args.some((each) => each.startsWith('--type='))) continue;
      const profile = args.find((each) => each.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length) ?? '';
      const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
      return await chromium.connectOverCDP(`http://127.0.0.1:${port}`);
    }
    throw new Error('There is no browser with the mark.');
  }
}
