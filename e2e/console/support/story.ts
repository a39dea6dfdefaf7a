// What every story needs: one system per file, a browser that is signed in, and eyes for what must never happen.
import AxeBuilder from '@axe-core/playwright';
import { expect, type Page, test as base } from '@playwright/test';
import { owner, startSystem, type System } from './system.ts';

interface WorkerParts {
  /** The name of the stories: each set of them has a system of its own. */
  story: string;
  system: System;
}

/** `test` with a running system, and a page that fails its story on a console error or a request to elsewhere. */
export const test = base.extend<object, WorkerParts>({
  story: ['', { scope: 'worker', option: true }],
  system: [
    // Asking for the name makes Playwright start another worker, and so another system, where it differs.
    async ({ story: _story }, use) => {
      const system = await startSystem();
      await use(system);
      await system.stop();
    },
    { scope: 'worker', timeout: 60_000 },
  ],
  page: async ({ page, system }, use) => {
    const faults: string[] = [];
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
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

/** Signs in through the page. */
export async function signIn(page: Page, system: System, account = owner): Promise<void> {
  await page.goto(`${system.url}/sign-in`);
  await page.getByLabel('E-mail address').fill(account.email);
  await page.getByRole('textbox', { name: 'Password' }).fill(account.password);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByRole('heading', { level: 1, name: 'Overview' })).toBeVisible();
}

/** What axe finds on the page as it stands, in short. */
export async function axeFindings(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(['wcag2a', 'wcag2aa', 'wcag21aa', 'wcag22aa'])
    .analyze();
  return violations.flatMap((violation) =>
    violation.nodes.map((node) => `${violation.id}: ${node.target.join(' ')} ${node.failureSummary ?? ''}`),
  );
}

export { expect };
