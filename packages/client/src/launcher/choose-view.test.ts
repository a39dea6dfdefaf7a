// Tests of which view is chosen: by what was asked for, and by where the client runs.
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { isThere } from '../state/presence.ts';
import { checkResult } from '../test-support/alert-examples.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { TestHost } from '../test-support/test-host.ts';
import { verdictAlert } from './alert.ts';
import { silentView } from './alert-view.ts';
import { chooseView, type ViewChoice } from './choose-view.ts';
import { Texts } from './texts/texts.ts';
import { findBrowser } from './window/browser.ts';
import { WindowView } from './window/window-view.ts';

const texts = new Texts('en', 'UTC');
const offer = verdictAlert(checkResult({}), texts);

function chosen(change: Partial<ViewChoice> & { readonly typed?: readonly string[] }) {
  const told: string[] = [];
  const typed = [...(change.typed ?? [])];
  const terminal = {
    isInteractive: change.typed !== undefined,
    print: () => undefined,
    tell: (text: string) => void told.push(text),
    readLine: () => Promise.resolve(typed.shift() ?? null),
  };
  const host = new TestHost();
  const environment = { PATH: '/nowhere' };
  const view = chooseView({
    ui: 'auto',
    browser: null,
    terminal,
    texts,
    host,
    environment,
    isAnswered: false,
    ...change,
  });
  return { view, told };
}

describe('the view', () => {
  it('is the terminal where somebody sits at one, desktop or not', async () => {
    const { view, told } = chosen({ typed: ['1'], environment: { DISPLAY: ':0' } });
    expect(await view.ask(offer)).toBe('update');
    expect(told).toContain('  1) Update now');
  });

  it.each([{ DISPLAY: ':0' }, { WAYLAND_DISPLAY: 'wayland-0' }])('is a window on a desktop (%j)', (environment) => {
    expect(chosen({ environment }).view).toBeInstanceOf(WindowView);
  });

  /** A Windows on which tasklist says that of this process, and a browser falls at once where it is started. */
  const windows = (session: string | null) => {
    const tasks: string[] = [];
    const run = (file: string) => {
      tasks.push(file);
      const said = session === null ? 'INFO: None.' : `"usher-client.exe","${process.pid}","","${session}","1 K"\r\n`;
      return Promise.resolve({ exitCode: 0, timedOut: false, stdout: Buffer.from(said) });
    };
    const wait = async (ms: number, signal?: AbortSignal) => {
      await delay(ms, undefined, signal === undefined ? {} : { signal });
    };
    return { tasks, host: Object.assign(new TestHost(), { systemRoot: 'C:\\Windows', run, wait }) };
  };
  /** Says on standard error that it was started, as a browser that is a window would be. */
  const browser = async () => {
    const folder = await temporaryFolder();
    await writeFile(join(folder, 'browser'), `#!/bin/sh\necho started >> "${folder}/log"\n`, { mode: 0o755 });
    const isStarted = () => isThere(join(folder, 'log'));
    return { file: join(folder, 'browser'), isStarted };
  };

  it.each([
    ['that somebody signed in to', { SESSIONNAME: 'RDP-Tcp#3' }, '0', true],
    ['in which a task was started at the log-on', {}, '1', true],
    ['of services', {}, '0', false],
    ['that is not known', {}, null, false],
  ])('is a window in a session of Windows %s: %j, %s, %s', async (_, environment, session, isShown) => {
    const { host, tasks } = windows(session);
    const { file, isStarted } = await browser();
    const { view, told } = chosen({ host, environment, browser: file });
    expect(tasks).toEqual([]);
    expect(await view.ask(offer)).toBe('later');
    expect(await isStarted()).toBe(isShown);
    expect(told).toContain(offer.title);
    await view.close();
  });

  it('asks nobody where nobody sits: the texts are told, the safe choice is taken', async () => {
    const { view, told } = chosen({ environment: { DISPLAY: '' } });
    expect(view).not.toBeInstanceOf(WindowView);
    expect(await view.ask(offer)).toBe('later');
    expect(told[0]).toBe(offer.title);
  });

  it('is no window where the answer is given already', () => {
    expect(chosen({ environment: { DISPLAY: ':0' }, isAnswered: true }).view).not.toBeInstanceOf(WindowView);
  });

  it('is a window wherever one is asked for, and without a browser the terminal, or the safe choice', async () => {
    const atTerminal = chosen({ ui: 'window', typed: ['1'] });
    expect(atTerminal.view).toBeInstanceOf(WindowView);
    expect(await atTerminal.view.ask(offer)).toBe('update');
    const alone = chosen({ ui: 'window' });
    expect(await alone.view.ask(offer)).toBe('later');
    expect(alone.told).toContain(offer.title);
  });

  it('is nothing with "none"', async () => {
    expect(chosen({ ui: 'none', environment: { DISPLAY: ':0' } }).view).toBe(silentView);
    expect(await silentView.ask(offer)).toBe('later');
  });

  it.each(['[', '[]', '[1]', '["a", 2]'])('is refused with a browser that makes no sense: %s', (browser) => {
    expect(() => chosen({ browser })).toThrow('--browser is a program');
  });
});

describe('the browser on Linux', () => {
  it('is the first that is known on the search path, and can be run', async () => {
    const folder = await temporaryFolder();
    const [one, two] = [join(folder, 'one'), join(folder, 'two')];
    for (const each of [one, two]) await mkdir(each);
    await writeFile(join(one, 'chromium'), '', { mode: 0o644 });
    await writeFile(join(two, 'google-chrome'), '');
    await chmod(join(two, 'google-chrome'), 0o755);
    const environment = { PATH: `relative:${one}:${two}` };
    // Who may do everything may not run what nobody may run either (access(2), X_OK).
    expect(await findBrowser(new TestHost(), environment)).toEqual({ file: join(two, 'google-chrome'), args: [] });
    expect(await findBrowser(new TestHost(), { PATH: one })).toBeNull();
  });
});
