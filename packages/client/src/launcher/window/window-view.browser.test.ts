// Tests of the view that opens a window: a real Chromium is started as for a person, and reached through its debugger.
import { randomBytes } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { ClientError } from '../../client-error.ts';
import { machineClock } from '../../clock.ts';
import { checkResult } from '../../test-support/alert-examples.ts';
import { temporaryFolder } from '../../test-support/temporary-folder.ts';
import { windowUnderTest } from '../../test-support/window-under-test.ts';
import { failureAlert, problemAlert, verdictAlert } from '../alert.ts';
import type { AlertView } from '../alert-view.ts';
import { Texts } from '../texts/texts.ts';
import type { BrowserCommand } from './browser.ts';
import { WindowView } from './window-view.ts';

const texts = new Texts('en', 'UTC');
const offer = verdictAlert(checkResult({}), texts);
const failure = failureAlert(
  new ClientError('installer.failed', 'It failed.', { exitCode: 1603 }),
  { supportId: 'ws_1/up_1', continues: '3.22.1' },
  texts,
);
const work = { title: 'Updating to 3.23.0', mayCancel: true };
const downloading = { stage: 'downloading', bytes: 50_000_000, total: 250_000_000 } as const;

const host = {
  clock: machineClock,
  random: (length: number) => randomBytes(length),
  wait: async (ms: number, signal?: AbortSignal) => {
    await pause(ms, undefined, signal === undefined ? {} : { signal });
  },
};

const profiles = async () => (await readdir(tmpdir())).filter((name) => name.startsWith('usher-window-'));

let profilesBefore: readonly string[];
beforeEach(async () => {
  profilesBefore = await profiles();
});

/** What the view falls back to: it keeps what it is told, and answers `exit`. */
class NotedView implements AlertView {
  readonly asks = true;
  readonly noted: string[] = [];
  ask = () => {
    this.noted.push('ask');
    return Promise.resolve('exit' as const);
  };
  tell = (lines: readonly string[]) => void this.noted.push(...lines);
  begin = () => new AbortController().signal;
  progress = ({ stage }: { readonly stage: string }) => void this.noted.push(stage);
  done = ({ title }: { readonly title: string }) => void this.noted.push(title);
  refuse = () => Promise.resolve(void this.noted.push('refuse'));
  close = () => Promise.resolve();
}

/** A view; `browser` stands in the place of Chromium. `page` is the first window, or the one of that number. */
function viewWith(browser?: BrowserCommand | null) {
  // Each window's browser has a debugger of its own.
  const windows: ReturnType<typeof windowUnderTest>[] = [];
  const withDebugger = (): Promise<BrowserCommand> => {
    const opened = windowUnderTest();
    windows.push(opened);
    return Promise.resolve(opened.browser);
  };
  const fallback = new NotedView();
  const find = () => (browser === undefined ? withDebugger() : Promise.resolve(browser));
  const view = new WindowView({ host, texts, browser: find, fallback });
  onTestFinished(() => view.close());
  const page = async (number = 1): Promise<Page> => {
    const opened = await vi.waitUntil(() => windows[number - 1], { timeout: 60_000 });
    return await opened.page();
  };
  return { view, fallback, page };
}

const button = (page: Page, name: string) => page.getByRole('button', { name });

describe('a window', () => {
  it('asks, gives the answer, and goes, with all that its browser wrote', async () => {
    const { view, page, fallback } = viewWith();
    const answer = view.ask(offer);
    const window = await page();
    expect(new URL(window.url()).search).toBe('');
    expect(await window.evaluate('history.length')).toBe(1);
    await button(window, 'Not now').click();
    expect(await answer).toBe('later');
    await view.close();
    expect(await profiles()).toEqual(profilesBefore);
    expect(fallback.noted).toEqual([]);
  });

  it('that is going takes no further question with it', async () => {
    const { view, page } = viewWith();
    const answers = [view.ask(offer)];
    await button(await page(), 'Not now').click();
    expect(await answers[0]).toBe('later');
    answers.push(view.ask(offer));
    await button(await page(2), 'Update now').click();
    expect(await answers[1]).toBe('update');
  });

  it('that is closed means the safe choice', async () => {
    const { view, page } = viewWith();
    const answer = view.ask(offer);
    await (await page()).close();
    expect(await answer).toBe('later');
  });

  it('stays while it is loaded anew', async () => {
    const { view, page } = viewWith();
    const answer = view.ask(offer);
    const window = await page();
    for (let count = 0; count < 3; count += 1) await window.reload();
    await button(window, 'Update now').click();
    expect(await answer).toBe('update');
  });

  it('shows how the update goes on, and its end for a moment', async () => {
    const { view, page, fallback } = viewWith();
    const answer = view.ask(offer);
    const window = await page();
    await button(window, 'Update now').click();
    await answer;
    const cancelled = view.begin(work);
    await window.getByText('Getting ready').first().waitFor();
    view.progress(downloading);
    await window.getByText('50.0 of 250.0 MB').waitFor();
    expect(await button(window, 'Cancel').isVisible()).toBe(true);
    view.progress({ stage: 'installing' });
    await window.locator('#stage', { hasText: 'Installing' }).waitFor();
    expect(await window.getByRole('button').count()).toBe(0);
    view.done({ title: 'Updated to 3.23.0.', body: [], needsAttention: false });
    await window.getByRole('heading', { name: 'Updated to 3.23.0.' }).waitFor();
    await view.close();
    expect(cancelled.aborted).toBe(false);
    expect(fallback.noted).toEqual([]);
  });

  it.each(['by its button', 'by closing it'])('calls an optional download off %s', async (how) => {
    const { view, page } = viewWith();
    const cancelled = view.begin(work);
    view.progress(downloading);
    const window = await page();
    if (how === 'by closing it') await window.close();
    else await button(window, 'Cancel').click();
    await expect.poll(() => cancelled.aborted).toBe(true);
  });

  it('that is closed while it installs stops nothing, and comes back with a failure', async () => {
    const { view, page, fallback } = viewWith();
    const cancelled = view.begin(work);
    view.progress({ stage: 'installing' });
    const first = await page();
    await first.getByText('Installing').first().waitFor();
    await first.close();
    await expect
      .poll(() => {
        view.progress({ stage: 'rolling-back' });
        return fallback.noted;
      })
      .toContain('rolling-back');
    expect(cancelled.aborted).toBe(false);
    const answer = view.ask(failure);
    const second = await page(2);
    await second.getByText('Windows Installer 1603').waitFor();
    await button(second, 'Continue with 3.22.1').click();
    expect(await answer).toBe('continue');
  });

  it('shows how the seconds pass until the application is closed, and can be closed before', async () => {
    const { view, page } = viewWith();
    const title = 'The application will be closed.';
    view.done({ title, body: ['Save your work.'], needsAttention: true, countdownSeconds: 30 });
    const window = await page();
    const left = window.locator('#left');
    const first = Number.parseInt((await left.textContent()) ?? '', 10);
    expect(first).toBeLessThanOrEqual(30);
    await expect.poll(async () => Number.parseInt((await left.textContent()) ?? '', 10)).toBeLessThan(first);
    expect(await window.getByRole('heading', { name: title }).count()).toBe(1);
    await button(window, 'Close').click();
    await view.close();
    expect(await profiles()).toEqual(profilesBefore);
  });

  it('says why nothing is started, unless the person has just read that', async () => {
    const { view, page } = viewWith();
    const problem = problemAlert(new ClientError('state.busy', 'Another client is at work.'), texts);
    const said = view.refuse(problem);
    const window = await page();
    await window.getByText('Another client is at work.').first().waitFor();
    await button(window, 'Exit').click();
    await said;
    expect(await profiles()).toEqual(profilesBefore);
    await view.refuse(problem);
  });

  it('says with the next question what was said in between', async () => {
    const { view, page } = viewWith();
    const first = view.ask(failure);
    const window = await page();
    await button(window, 'Save logs').click();
    expect(await first).toBe('save-logs');
    view.tell(['Saved to /tmp/logs.tar.gz.']);
    const second = view.ask(failure);
    await window.locator('#status', { hasText: 'Saved to /tmp/logs.tar.gz.' }).waitFor();
    await window.keyboard.down('Escape');
    expect(await second).toBe('continue');
  });
});

describe('where no window can be shown', () => {
  it.each([
    ['there is no browser', null],
    ['it is not there any more', { file: '/nowhere/chromium', args: [] }],
    ['it ends at once', { file: '/bin/false', args: [] }],
  ])('(%s) another view asks and tells', async (_why, browser) => {
    const { view, fallback } = viewWith(browser);
    expect(await view.ask(offer)).toBe('exit');
    view.begin(work);
    view.progress({ stage: 'installing' });
    view.done({ title: 'Updated.', body: [], needsAttention: true });
    await view.close();
    expect(fallback.noted).toEqual(['ask', 'installing', 'Updated.']);
    expect(await profiles()).toEqual(profilesBefore);
  });

  it('(it falls at its start) it is tried once more', async () => {
    const noted = join(await temporaryFolder(), 'starts');
    const { view } = viewWith({ file: '/bin/sh', args: ['-c', 'echo started >> "$0"', noted] });
    await view.ask(offer);
    expect(await readFile(noted, 'utf8')).toBe('started\nstarted\n');
  });

  it('nothing is opened for what needs no answer', async () => {
    const { view, fallback } = viewWith();
    view.begin(work);
    view.tell(['The server cannot be reached.']);
    await view.close();
    expect(fallback.noted).toEqual(['The server cannot be reached.']);
    expect(await profiles()).toEqual(profilesBefore);
  });
});
