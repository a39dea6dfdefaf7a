// The command `service`: the machine's engine, installed, run, removed.
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import { openEngine } from '../engine/engine.ts';
import type { Host } from '../engine/host.ts';
import { isClientReplaced } from '../engine/replace-client.ts';
import { engineProcess } from '../service/engine-at-rest.ts';
import { keptChoices } from '../engine/kept-key.ts';
import { memoryTidier } from '../service/tidy-memory.ts';
import { PublicFolder, engineIn } from '../service/public-folder.ts';
import { protectState } from '../service/protect-state.ts';
import { installTask, removeResumingTask, removeTask, type EngineCommand } from '../service/scheduled-task.ts';
import { serve } from '../service/serve.ts';
import { installUnit, removeUnit, thisSystemd } from '../service/systemd-unit.ts';
import { LogFile } from '../state/log.ts';
import type { CommandContext, CommandInput } from './command.ts';

/** `service install|run|remove` */
export async function runService(context: CommandContext, { positionals, values }: CommandInput): Promise<number> {
  const [what, ...more] = positionals;
  if (more.length === 0 && what === 'run') return await run(context);
  if (more.length === 0 && what === 'install') return await install(context);
  if (more.length === 0 && what === 'remove') {
    const isUndone = values.undone === true && (await isClientReplaced(context.folder));
    return await remove(context, values.replaced === true || isUndone);
  }
  throw new ClientError('usage.wrong', 'What about the service? usher-client service install, run or remove.');
}

const farewellMs = 3_000;
const endingMs = 1_000;

/** Runs until it is told to end (SIGTERM, SIGINT), or hands its place over to the client's next version. */
async function run({ host, folder, machineFolder, environment, driver, terminal }: CommandContext): Promise<number> {
  const engine = await serve({
    host,
    folder,
    isMachineWide: folder === machineFolder,
    runtimeFolder: environment.RUNTIME_DIRECTORY ?? null,
    onIdle: memoryTidier(),
    ...(driver === undefined ? {} : { driver }),
  });
  // The one line that it prints: whoever started it need not try out when it can be asked.
  terminal.print(`The engine is ready at ${engine.address}.`);
  const told = new Promise<void>((resolve) => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => resolve());
  });
  const working = engine.hourly.run();
  // Whoever asked for the new version hears that it is on its way, also from a machine that has much to do.
  await Promise.race([told, engine.replaced.then(() => host.wait(farewellMs))]);
  await engine.close();
  await working;
  return 0;
}

async function install(context: CommandContext): Promise<number> {
  const { host, folder, terminal, driver } = context;
  const command = engineCommand(context);
  // First of all: until then somebody else may have put there what would be read.
  const alarms = await protectState(host, folder, new LogFile(join(folder, 'logs', 'client.log'), host.clock));
  for (const { detail } of alarms) terminal.tell(detail);
  const engine = await openEngine({ host, folder, product: null, ...(driver === undefined ? {} : { driver }) });
  for (const alarm of alarms) await engine.reports.addAlarm(alarm);
  engine.close();
  const isStarted =
    host.systemRoot === null
      ? await installUnit(host, thisSystemd(), command, {
          state: folder,
          // Where the activation waits still, its choices do too: the engine must be able to write there then.
          applications: engine.settings?.unpackInto ?? (await keptChoices(engine.state)).unpackInto,
        })
      : await installTask(host, folder, command);
  terminal.print(
    isStarted
      ? 'The engine is installed. It starts now, and with the machine.'
      : 'The engine is installed, but this system does not start it. Start it: usher-client service run.',
  );
  return 0;
}

/** Where another version follows, what users can read of the engine stays: until it runs, they go by the last rules. */
async function remove({ host, folder, terminal }: CommandContext, isReplaced: boolean): Promise<number> {
  if (host.systemRoot === null) await removeUnit(host, thisSystemd());
  else await removeTasks(host, isReplaced);
  if (!isReplaced && (await engineIn(folder)) !== null) await new PublicFolder(folder).withdraw();
  terminal.print('The engine is removed. Identity, rules and what is installed stay.');
  const pid = isReplaced ? null : await leftRunning(host, folder);
  if (pid !== null) {
    const end = host.systemRoot === null ? `kill ${pid}` : `taskkill /F /PID ${pid}`;
    terminal.tell(`An engine that was started by hand still runs (process ${pid}). End it: ${end}.`);
  }
  return 0;
}

/** An update of the client goes on after a power cut; where the client itself is removed, nothing is to go on. */
async function removeTasks(host: Host, isReplaced: boolean): Promise<void> {
  await removeTask(host);
  if (!isReplaced) await removeResumingTask(host);
}

/** The process of an engine that was not the system's to end; one that was has a moment to do so. */
async function leftRunning(host: Host, folder: string): Promise<number | null> {
  if ((await engineProcess(host, folder)) !== null) await host.wait(endingMs);
  return await engineProcess(host, folder);
}

function engineCommand({ host, folder, machineFolder }: CommandContext): EngineCommand {
  if (host.program === null) {
    throw new ClientError('usage.wrong', 'Only the built client can be installed as a service: npm run build:client.');
  }
  const state = folder === machineFolder ? [] : ['--state', folder];
  return { program: host.program, args: ['service', 'run', ...state] };
}
