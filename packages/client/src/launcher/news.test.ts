// Tests of the news while the application runs: what is said at a terminal, and that the application is asked to close.
import { expect, it, onTestFinished, vi } from 'vitest';
import type { PipeNews } from '../pipe/messages.ts';
import { TestHost } from '../test-support/test-host.ts';
import { tellNews } from './news.ts';
import { terminalView } from './terminal-view.ts';
import { Texts } from './texts/texts.ts';

/** What is said of the news, and how often the application was asked to close by then and after so many seconds. */
async function told(news: PipeNews, seconds = 0, texts = new Texts('en', 'UTC')) {
  vi.useFakeTimers();
  onTestFinished(() => void vi.useRealTimers());
  const said: string[] = [];
  const terminal = {
    isInteractive: false,
    print: () => undefined,
    tell: (line: string) => void said.push(line),
    readLine: () => Promise.resolve(null),
  };
  const openView = () => terminalView({ terminal, texts, clock: new TestHost().clock, asks: false });
  const askToClose = vi.fn(() => Promise.resolve());
  const { promise: ended, resolve: end } = Promise.withResolvers<number>();
  tellNews({ link: { warn: (line) => void said.push(line) }, texts, openView }, { pid: 1, ended, askToClose }, news);
  await vi.advanceTimersByTimeAsync(seconds * 1000);
  end(0);
  return { said, asked: askToClose.mock.calls.length };
}

const closing = { news: 'closing', because: 'update', version: '3.23.0', inSeconds: 30 } as const;

it('say for which update the application is closed, and when; it is asked then', async () => {
  expect(await told(closing, 29)).toEqual({
    said: ['The application will be closed for the update to 3.23.0.', 'Save your work.', '30 seconds left'],
    asked: 0,
  });
  expect(await told(closing, 30)).toMatchObject({ asked: 1 });
});

it('say that it is closed because its version is prohibited, and not for an update', async () => {
  const { said, asked } = await told({ ...closing, because: 'prohibited', version: '3.22.1', inSeconds: 0 });
  expect(said[0]).toBe('The application is being closed: version 3.22.1 is prohibited by your administrator.');
  expect(asked).toBe(1);
});

it('say when what became prohibited will be closed, in the language of the person', async () => {
  const at = { closesAt: '2026-11-22T10:15:00.000Z' };
  const news = { news: 'prohibited', version: '3.22.1', code: 2028, reason: 'It leaks.', ...at } as const;
  const { said, asked } = await told(news, 3_600, new Texts('es', 'UTC'));
  expect(said).toEqual([
    'Su administrador ha prohibido esta versión. Código 2028.',
    'Motivo: It leaks.',
    expect.stringMatching(/^Se cerrará el .*10:15\.$/),
    'Guarde su trabajo.',
  ]);
  expect(asked).toBe(0);
});
