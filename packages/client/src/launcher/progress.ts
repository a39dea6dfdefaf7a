// Shows how an update goes on, in the terminal: a line when a stage begins, and the download in tenths.
import type { Clock } from '../clock.ts';
import type { UpdateProgress } from '../engine/update.ts';
import type { Terminal } from './terminal.ts';
import type { Texts } from './texts/texts.ts';

/** A receiver of progress that writes it to a terminal. */
export function showProgress(terminal: Terminal, texts: Texts, clock: Clock): (progress: UpdateProgress) => void {
  const beganAt = clock.sinceBoot();
  let lastStage: string | null = null;
  let lastTenth = -1;
  return (progress) => {
    if (progress.stage === 'downloading') {
      const tenth = Math.floor((10 * progress.bytes) / progress.total);
      if (tenth === lastTenth) return;
      lastTenth = tenth;
      terminal.tell(downloadLine(progress, clock.sinceBoot() - beganAt, texts));
      return;
    }
    if (progress.stage === 'waiting-for-installer') {
      terminal.tell(texts.say('progress.retrying', { seconds: Math.ceil(progress.waitMs / 1000) }));
      return;
    }
    if (progress.stage === lastStage) return;
    lastStage = progress.stage;
    terminal.tell(texts.say(`progress.${progress.stage}`));
  };
}

function downloadLine(
  { bytes, total }: Extract<UpdateProgress, { stage: 'downloading' }>,
  elapsedMs: number,
  texts: Texts,
): string {
  const mb = (count: number) => (count / 1_000_000).toFixed(1);
  const line = texts.say('progress.downloading', { done: mb(bytes), total: mb(Math.max(total, 100_000)) });
  if (bytes === 0 || bytes === total || elapsedMs < 1_000) return line;
  const seconds = Math.ceil(((total - bytes) * elapsedMs) / bytes / 1000);
  return `${line}, ${texts.say('progress.time-left', { seconds })}`;
}
