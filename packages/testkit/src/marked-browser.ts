// A Chromium that somebody else starts, with a debugger, found by a mark among its arguments.
import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** How a browser is called so that its debugger can be found. */
export class MarkedBrowser {
  readonly #mark = `--usher-window-under-test=${randomUUID()}`;

  /** Debian's. */
  readonly program: string = '/usr/bin/chromium';

  /**
   * What it needs in tests: they may run as root, where its own sandbox can't; never for people. Chromium chooses the port
   * of its debugger itself: where a given one is in use, be it by a browser that has just fallen, it has none.
   */
  get args(): readonly string[] {
    return ['--headless=new', '--no-sandbox', '--disable-gpu', '--remote-debugging-port=0', this.#mark];
  }

  /** Where its debugger listens, as it notes it in its profile. @throws Error where there is no such browser, or none yet */
  async debuggerUrl(): Promise<string> {
    const processes = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
    for (const pid of processes) {
      // A process that has ended meanwhile has no arguments.
      const args = (await readFile(join('/proc', pid, 'cmdline'), 'utf8').catch(() => '')).split('\0');
      if (!args.includes(this.#mark) || args.some((each) => each.startsWith('--type='))) continue;
      const profile = args.find((each) => each.startsWith('--user-data-dir='))?.slice('--user-data-dir='.length) ?? '';
      const [port] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
      return `http://127.0.0.1:${port}`;
    }
    throw new Error('There is no browser with the mark.');
  }
}
