// What a person is told while the application runs: that its version became prohibited, that it is about to be closed.
import type { PipeNews } from '../pipe/messages.ts';
import type { AlertView } from './alert-view.ts';
import type { RunningApplication } from './application.ts';
import { displayLine } from './display-text.ts';
import type { EngineLink } from './engine-link.ts';
import type { Texts } from './texts/texts.ts';

/** What telling needs. */
interface Teller {
  readonly link: Pick<EngineLink, 'warn'>;
  readonly texts: Texts;
  /** A view for something new: the one of the start has been closed. */
  readonly openView: () => AlertView;
}

/** Shows the news, and asks the application to close when it is time. */
export function tellNews({ link, texts, openView }: Teller, application: RunningApplication, news: PipeNews): void {
  const view = openView();
  view.begin({ title: titleOf(news, texts), mayCancel: false });
  const outcome = { title: titleOf(news, texts), body: linesOf(news, texts), needsAttention: true };
  view.done(news.news === 'closing' ? { ...outcome, countdownSeconds: news.inSeconds } : outcome);
  const closing = news.news === 'closing' ? setTimeout(() => close(), news.inSeconds * 1000) : undefined;
  const close = () => {
    application
      .askToClose()
      .catch((error: unknown) => link.warn(`the application was not asked to close: ${String(error)}`));
  };
  void application.ended.then(async () => {
    clearTimeout(closing);
    await view.close();
  });
}

function titleOf(news: PipeNews, texts: Texts): string {
  if (news.news === 'prohibited') return texts.say('prohibited.title', { code: news.code });
  const version = displayLine(news.version);
  return news.because === 'prohibited'
    ? texts.say('running.closing-prohibited', { version })
    : texts.say('running.closing', { target: version });
}

function linesOf(news: PipeNews, texts: Texts): readonly string[] {
  if (news.news === 'closing') return [texts.say('running.save')];
  return [
    ...(news.reason === '' ? [] : [texts.say('prohibited.reason', { reason: displayLine(news.reason) })]),
    ...(news.closesAt === null
      ? [texts.say('running.prohibited')]
      : [texts.say('running.prohibited-closes', { at: texts.time(news.closesAt) }), texts.say('running.save')]),
  ];
}
