// A real Chromium for the tests of the window.
import { chromium, type Browser } from 'playwright-core';

/** Debian's. */
const chromiumProgram = '/usr/bin/chromium';
/** What it needs in tests: they may run as root, where its own sandbox can't. Never for people. */
const chromiumArguments: readonly string[] = ['--headless=new', '--no-sandbox', '--disable-gpu'];

/** Starts one. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumProgram, args: [...chromiumArguments] });
}
