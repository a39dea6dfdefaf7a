// The command `logs`.
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Host } from '../engine/host.ts';
import { redactedTail } from '../engine/redaction.ts';
import { displayLines } from '../launcher/display-text.ts';
import type { EngineLink } from '../launcher/engine-link.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { withEngine } from './with-engine.ts';
import { withLink } from './with-link.ts';

const shownLines = 200;

/** `logs [--bundle FILE]` */
export async function runLogs(context: CommandContext, { values }: CommandInput): Promise<number> {
  const { bundle } = values;
  if (typeof bundle === 'string') {
    return await withLink(context, async (link) => {
      const path = resolve(bundle);
      await writeFile(path, await link.logs(), { mode: 0o600 });
      context.terminal.print(context.texts.say('logs.saved', { path }));
      return 0;
    });
  }
  return await withEngine(context, { alone: false }, async (engine) => {
    const text = await redactedTail(join(engine.state.logs, 'client.log'), []);
    const all = (text ?? '').trimEnd().split('\n');
    context.terminal.print(displayLines(all.slice(-shownLines).join('\n'), shownLines).join('\n'));
    return 0;
  });
}

/** Saves the logs for support where the person finds them, and gives the path. */
export async function saveLogs({ clock }: Pick<Host, 'clock'>, link: EngineLink): Promise<string> {
  const path = join(link.logsFolder, `usher-logs-${clock.now()}.tar.gz`);
  await writeFile(path, await link.logs(), { mode: 0o600 });
  return path;
}
