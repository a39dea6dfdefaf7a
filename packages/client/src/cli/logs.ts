// The command `logs`.
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Host } from '../engine/host.ts';
import { redactedTail } from '../engine/redaction.ts';
import { fileIn } from '../engine/tar.ts';
import { displayLines } from '../launcher/display-text.ts';
import type { EngineLink } from '../launcher/engine-link.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { isWithoutRights, withEngine } from './with-engine.ts';
import { installedEngine, withLink } from './with-link.ts';

const shownLines = 200;

/** `logs [--bundle FILE]` */
export async function runLogs(context: CommandContext, { values }: CommandInput): Promise<number> {
  const { bundle } = values;
  if (typeof bundle === 'string') {
    const save = async (link: EngineLink) => {
      const path = resolve(bundle);
      await writeFile(path, await link.logs(), { mode: 0o600 });
      context.terminal.print(context.texts.say('logs.saved', { path }));
      return 0;
    };
    return await withLink(context, save, { onlyLooks: true });
  }
  const all = (await logText(context)).trimEnd().split('\n');
  context.terminal.print(displayLines(all.slice(-shownLines).join('\n'), shownLines).join('\n'));
  return 0;
}

/** The client's log; where its folder is not this person's to read, as the machine's engine gives it for support. */
async function logText(context: CommandContext): Promise<string> {
  try {
    return await withEngine(context, { alone: false }, async ({ state }) => {
      return (await redactedTail(join(state.logs, 'client.log'), [])) ?? '';
    });
  } catch (error) {
    if (!isWithoutRights(error) || (await installedEngine(context)) === null) throw error;
    const archive = await withLink(context, (link) => link.logs());
    return Buffer.from(fileIn(gunzipSync(archive), 'logs/client.log') ?? []).toString('utf8');
  }
}

/** Saves the logs for support where the person finds them, and gives the path. */
export async function saveLogs({ clock }: Pick<Host, 'clock'>, link: EngineLink): Promise<string> {
  const path = join(link.logsFolder, `usher-logs-${clock.now()}.tar.gz`);
  await writeFile(path, await link.logs(), { mode: 0o600 });
  return path;
}
