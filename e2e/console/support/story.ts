// What every story needs: one system per file, a browser that is signed in, and eyes for what must never happen.
/// <reference lib="dom" />
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test as base } from '@playwright/test';
import { owner, startSystem, type System } from './system.ts';

interface WorkerParts {
  /** The name of the stories: each set of them has a system of its own. */
  story: string;
  /** Whether there is no account yet. */
  empty: boolean;
  system: System;
}

/** `test` with a running system, and a page that fails its story on a console error or a request to elsewhere. */
export const test = base.extend<object, WorkerParts>({
  story: ['', { scope: 'worker', option: true }],
  empty: [false, { scope: 'worker', option: true }],
  system: [
    // Asking for the name makes Playwright start another worker, and so another system, where it differs.
    async ({ story: _story, empty }, use) => {
      const system = await startSystem({ empty });
      await use(system);
      await system.stop();
    },
    { scope: 'worker', timeout: 180_000 },
  ],
  page: async ({ page, system }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // What the content security policy forbids is an error here, too.
      // A refused call is answered with a problem that the page shows; the browser logs its status as an error too.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        faults.push(message.text());
    });
    page.on('request', (request) => {
      const { url } = system;
      if (!request.url().startsWith(url) && !/^(blob|data):/.test(request.url())) faults.push(`asks ${request.url()}`);
    });
    await use(page);
    expect(faults).toEqual([]);
  },
});

/** Signs the browser in, without its page: the first story and the one by keyboard go through that. */
export async function signIn(page: Page, system: System): Promise<void> {
  const answer = await page.context().request.post(`${system.url}/api/v1/session`, { data: owner });
  expect(answer.status()).toBe(201);
}

/** Waits until nothing on the page is still to come, or still moves. */
export async function settle(page: Page): Promise<void> {
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  await expect(page.locator('.mantine-Skeleton-root, .mantine-Loader-root')).toHaveCount(0);
  await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState !== 'running'));
}

/** What a theme decides; everything else is the same in both. */
const rulesOfColor = ['color-contrast', 'link-in-text-block'];

/** What axe finds on the page as it stands, in short: everything, or only what the colours decide. */
export async function axeFindings(page: Page, { onlyColors = false } = {}): Promise<string[]> {
  const axe = new AxeBuilder({ page });
  if (onlyColors) axe.withRules(rulesOfColor);
  else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa']);
  const { violations } = await axe.analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

export { expect };
