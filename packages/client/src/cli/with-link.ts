// Finds the engine that a command asks: the machine's own where one is installed, else one in this process.
import { isDenied } from '../client-error.ts';
import { useKeptKey } from '../engine/kept-key.ts';
import type { EngineLink } from '../launcher/engine-link.ts';
import type { CheckPurpose } from '../pipe/messages.ts';
import type { EngineAddress } from '../pipe/pipe-client.ts';
import { engineIn } from '../service/public-folder.ts';
import type { CommandContext } from './command.ts';
import { withEngine } from './with-engine.ts';

/**
 * Runs `work` with the engine, and lets go of it after, whatever happens. An installation key that waits is used first,
 * unless `work` only looks.
 * @param options.purpose what the server is asked for, where that is no start
 */
export async function withLink<Result>(
  context: CommandContext,
  work: (link: EngineLink) => Promise<Result>,
  { onlyLooks = false, purpose }: { readonly onlyLooks?: boolean; readonly purpose?: CheckPurpose } = {},
): Promise<Result> {
  const found = await installedEngine(context);
  if (found !== null) {
    const { serviceLink } = await import('../launcher/service-link.ts');
    return await using(await serviceLink({ ...context, ...found, purpose }), work);
  }
  if (!onlyLooks) await useWaitingKey(context);
  const { localLink } = await import('../launcher/local-link.ts');
  return await withEngine(context, { alone: false }, async (engine) => using(await localLink(engine, purpose), work));
}

/** A folder that may not be read is told of where the engine is opened. */
async function useWaitingKey({ host, folder }: CommandContext): Promise<void> {
  try {
    await useKeptKey(host, folder);
  } catch (error) {
    if (!isDenied(error)) throw error;
  }
}

/** The engine that a command asks, and its state folder; null where none is installed. */
export async function installedEngine({
  machineFolder,
  folder: named,
}: CommandContext): Promise<{ readonly engine: EngineAddress; readonly folder: string } | null> {
  // Where the machine has an engine, no `--state` leads past it.
  for (const folder of [machineFolder, named]) {
    const engine = await engineIn(folder);
    if (engine !== null) return { engine, folder };
  }
  return null;
}

async function using<Result>(link: EngineLink, work: (link: EngineLink) => Promise<Result>): Promise<Result> {
  try {
    return await work(link);
  } finally {
    await link.close();
  }
}
