// The command `logs`.
import { join, resolve } from 'node:path';
import { redactedTail } from '../engine/redaction.ts';
import { displayLines } from '../launcher/display-text.ts';
import { writeBundle } from './bundle.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { withEngine } from './with-engine.ts';

const shownLines = 200;

/** `logs [--bundle FILE]` */
export async function runLogs(context: CommandContext, { values }: CommandInput): Promise<number> {
  const { bundle } = values;
  return await withEngine(context, { alone: false }, async (engine) => {
    if (typeof bundle === 'string') {
      const path = resolve(bundle);
      await writeBundle(engine, path);
      context.terminal.print(context.texts.say('logs.saved', { path }));
      return 0;
    }
    const text = await redactedTail(join(engine.state.logs, 'client.log'), []);
    const all = (text ?? '').trimEnd().split('\n');
    context.terminal.print(displayLines(all.slice(-shownLines).join('\n'), shownLines).join('\n'));
    return 0;
  });
}
