// Tests of the page in a real Chromium: every state in every language, light and dark, by keyboard, with hostile texts.
import AxeBuilder from '@axe-core/playwright';
import { randomBytes } from 'node:crypto';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { exampleScreens } from '../../test-support/alert-examples.ts';
import { launchChromium } from '../../test-support/chromium.ts';
import { languages } from '../texts/language.ts';
import { Texts } from '../texts/texts.ts';
import { PageServer } from './page-server.ts';
import type { Screen } from './page/screen.ts';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser.close());

const english = exampleScreens(new Texts('en', 'UTC'));
const named = (name: string) => english.get(name)!;

/** A page as the window has it, at the size that it has, with what went wrong on it. */
async function opened(screen: Screen) {
  const answers: string[] = [];
  const events = { onAnswer: (choice: string) => answers.push(choice), onListening: () => undefined };
  const server = await PageServer.start(screen, events, (length) => randomBytes(length));
  const context = await browser.newContext({ viewport: { width: 504, height: 421 }, reducedMotion: 'reduce' });
  const page = await context.newPage();
  const faults: string[] = [];
  const { origin } = new URL(server.address);
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  page.on('request', (request) => request.url().startsWith(origin) || faults.push(`asks ${request.url()}`));
  onTestFinished(async () => {
    await context.close();
    await server.stop();
    expect(faults).toEqual([]);
  });
  await page.goto(server.address);
  await page.getByText(screen.title, { exact: true }).first().waitFor();
  return { server, page, answers, context };
}

const focused = (page: Page) =>
  page.evaluate<string>('document.activeElement?.id || document.activeElement?.dataset.choice || ""');

async function tabbed(page: Page, count: number): Promise<string[]> {
  const order: string[] = [];
  for (let index = 0; index < count; index += 1) {
    await page.keyboard.press('Tab');
    order.push(await focused(page));
  }
  return order;
}

/** What axe finds, in short. In dark only what the colours decide: everything else is the same. */
async function findings(page: Page, colorScheme: 'light' | 'dark'): Promise<string[]> {
  await page.emulateMedia({ colorScheme });
  const axe = new AxeBuilder({ page }).setLegacyMode(true);
  const { violations } = await (colorScheme === 'dark' ? axe.withRules(['color-contrast']) : axe).analyze();
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${colorScheme}: ${id} ${target.join(' ')} ${failureSummary ?? ''}`),
  );
}

describe.each(languages)('the window in %s', (language) => {
  const screens = exampleScreens(new Texts(language, 'America/Sao_Paulo'));

  it('has nothing that axe finds, light or dark, and fits in every state', async () => {
    const { server, page } = await opened(screens.get('available')!);
    const found: Record<string, string[]> = {};
    for (const [name, screen] of screens) {
      server.show(screen);
      await page.locator(`html[data-serial="${screen.serial}"][lang="${language}"]`).waitFor({ state: 'attached' });
      found[name] = await findings(page, 'light');
      // Colours know no language.
      if (language === 'en') found[name].push(...(await findings(page, 'dark')));
      const fits = await page.evaluate('document.documentElement.scrollWidth <= innerWidth');
      if (fits !== true) found[name].push('is wider than the window');
    }
    const nothing = Object.fromEntries([...screens.keys()].map((name) => [name, []]));
    expect(found).toEqual(nothing);
  });
});

describe('the window by keyboard', () => {
  it.each([
    ['available', 'later', ['notes-text', 'update', 'later']],
    ['required', 'exit', ['notes-text', 'update', 'exit']],
    ['prohibited', 'exit', ['copy-details', 'update', 'exit']],
    ['pending', 'exit', ['copy-details', 'exit']],
    ['installer-failed', 'continue', ['save-logs', 'try-again', 'continue']],
    ['put-off', 'continue', ['save-logs', 'try-again', 'continue']],
    ['downloading', 'cancel', ['cancel']],
  ] as const)('%s: the focus is on "%s" at first, and goes through everything in order', async (name, safe, order) => {
    const { page } = await opened(named(name));
    expect(await focused(page)).toBe(safe);
    // Past the end, Chromium goes to the window itself once.
    expect((await tabbed(page, order.length + 1)).filter((each) => each !== '')).toEqual(order);
  });

  it.each([
    ['available', 'later'],
    ['required', 'exit'],
    ['prohibited', 'exit'],
    ['installer-failed', 'continue'],
    ['disk-full', 'exit'],
    ['put-off', 'continue'],
    ['no-rules', 'exit'],
    ['downloading', 'cancel'],
    ['restart', 'close'],
    ['closing', 'close'],
  ] as const)('%s: Escape and Enter mean "%s"', async (name, safe) => {
    for (const key of ['Escape', 'Enter']) {
      const { page, answers } = await opened(named(name));
      await page.keyboard.press(key);
      await expect.poll(() => answers).toEqual([safe]);
    }
  });

  it('installs only by a deliberate choice, and answers once', async () => {
    const { page, answers } = await opened(named('available'));
    const button = page.getByRole('button', { name: 'Update now' });
    await button.focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => answers).toEqual(['update']);
    await button.click({ force: true });
    await page.keyboard.press('Escape');
    expect(await button.getAttribute('aria-disabled')).toBe('true');
    expect(answers).toEqual(['update']);
  });

  it('while nothing can be called off, Escape does nothing', async () => {
    const { page, answers } = await opened(named('installing'));
    await page.keyboard.press('Escape');
    await page.reload();
    expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('Updating to 3.23.0');
    expect(answers).toEqual([]);
  });
});

describe('the window', () => {
  it('is a dialog with a name and a description, and says by itself what changes', async () => {
    const { server, page } = await opened(named('available'));
    const dialog = page.getByRole('alertdialog', { name: 'Version 3.23.0 is available. You have 3.22.1.' });
    expect(await dialog.count()).toBe(1);
    expect(await page.title()).toBe('Contoso Agent');
    server.show(named('downloading'));
    const status = page.getByRole('status');
    await status.filter({ hasText: 'Updating to 3.23.0 Downloading' }).waitFor();
    const { progress } = named('downloading');
    server.show({ ...named('downloading'), progress: { ...progress!, amount: '200.0 of 250.0 MB', fraction: 0.8 } });
    await page.getByText('200.0 of 250.0 MB').waitFor();
    expect(await page.getByRole('progressbar', { name: /^Downloading/ }).getAttribute('value')).toBe('0.8');
    expect(await status.textContent()).toBe('Updating to 3.23.0 Downloading');
    server.show({ ...named('downloading'), progress: { ...progress!, stage: 'Verifying', fraction: null } });
    await status.filter({ hasText: /^Verifying$/ }).waitFor();
  });

  it('shows hostile texts as text, in whatever place they stand', async () => {
    const { page, context } = await opened(named('hostile'));
    expect(await page.locator('#dialog img, #dialog script, #dialog a, #dialog b').count()).toBe(0);
    expect(await page.title()).toContain('<img src=x onerror=');
    const text = (await page.locator('#dialog').textContent()) ?? '';
    expect(text).toContain('<script>document.title=1</script>txt.exe &lt;b&gt;');
    expect(text).not.toMatch(/\p{Cf}|\[31m/u);
    expect(await page.getByRole('button', { name: 'Exit' }).isVisible()).toBe(true);
    const whole = await page.evaluate<boolean>(
      'document.querySelector("#choices").getBoundingClientRect().bottom <= innerHeight',
    );
    expect(whole).toBe(true);
    expect(await context.cookies()).toMatchObject([{ name: 'usher-window', httpOnly: true, sameSite: 'Strict' }]);
  });

  it('copies the details', async () => {
    const { page, context, answers } = await opened(named('pending'));
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await page.getByRole('button', { name: 'Copy details' }).click();
    await page.locator('#status', { hasText: 'Copied.' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(
      'Contoso Agent\nThis workstation waits for approval by your administrator. Code 1002.\nWorkstation: ws_4k2m8q1',
    );
    expect(answers).toEqual([]);
  });

  it('shows the details to be copied by hand where the browser forbids it', async () => {
    const { page } = await opened(named('pending'));
    await page.evaluate('navigator.clipboard.writeText = () => Promise.reject(new Error("no"))');
    await page.getByRole('button', { name: 'Copy details' }).click();
    expect(await page.locator('#copy-field').inputValue()).toContain('Workstation: ws_4k2m8q1');
    expect(await focused(page)).toBe('copy-field');
  });

  it('is shown to nobody who comes second with the address', async () => {
    const { server, page, context } = await opened(named('available'));
    const other = await browser.newContext();
    onTestFinished(() => other.close());
    const stranger = await other.newPage();
    expect((await stranger.goto(server.address))?.status()).toBe(403);
    expect((await stranger.goto(new URL(server.address).origin))?.status()).toBe(403);
    expect(page.url()).toBe(`${new URL(server.address).origin}/`);
    expect(await context.cookies()).toHaveLength(1);
  });
});
