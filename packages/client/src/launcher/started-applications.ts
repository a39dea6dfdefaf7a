// Asks a running copy of the application to close before its files are replaced.
//
// Only processes that the launcher started itself are asked, told from others by more than their number: a program's
// name, or even its file, can be somebody else's (an interpreter, say). Whatever else holds files open is for Windows
// Installer to deal with (3010).
import { readFile, readlink } from 'node:fs/promises';
import { ClientError, systemCode } from '../client-error.ts';
import { askToClose } from '../engine/ask-to-close.ts';
import type { Engine } from '../engine/engine.ts';
import type { Host } from '../engine/host.ts';
import { ifThereIsRoom } from '../state/room.ts';
import type { StartedApplication } from '../state/state-folder.ts';
import { listedProcess } from '../windows/tasklist.ts';

const pollMs = 500;
/** How long a running application has to close when it is asked to, in milliseconds. */
const closingTimeMs = 20_000;

/** Notes a process that was just started; forgets those that have ended. */
export async function noteStarted(engine: Engine, pid: number): Promise<void> {
  const [mark, others] = await Promise.all([markOf(engine.host, pid), running(engine)]);
  const added = mark === null ? [] : [{ pid, mark }];
  await ifThereIsRoom(engine.log, () => engine.product.started.write({ applications: [...others, ...added] }));
}

/**
 * Asks the running copies to close (SIGTERM; on Windows the message that a close button sends), and waits for that.
 * None is ended by force.
 * @throws ClientError `application.running`
 */
export async function closeStarted(engine: Engine): Promise<void> {
  const { host } = engine;
  const deadline = host.clock.sinceBoot() + closingTimeMs;
  let left = await running(engine);
  for (const { pid } of left) await askToClose(host, pid);
  while (left.length > 0) {
    if (host.clock.sinceBoot() >= deadline) {
      throw new ClientError('application.running', 'The application is still open. Close it, then try again.');
    }
    await host.wait(pollMs);
    left = await running(engine);
  }
}

/** Those that were noted and still are the same processes. */
async function running({ host, product }: Engine): Promise<readonly StartedApplication[]> {
  const noted = (await product.started.read())?.applications ?? [];
  // Windows is asked by a program: not about what has ended, as most have by the next start.
  const left = host.systemRoot === null ? noted : noted.filter(({ pid }) => host.isAlive(pid));
  const marks = await Promise.all(left.map(({ pid }) => markOf(host, pid)));
  return left.filter(({ mark }, index) => marks[index] === mark);
}

/** What tells a process from a later one of the same number; null where it has ended. */
async function markOf(host: Host, pid: number): Promise<string | null> {
  return host.systemRoot === null
    ? await markOnLinux(pid)
    : ((await listedProcess(host, host.systemRoot, pid))?.image ?? null);
}

/** The program's file and when the process started, in clock ticks since boot (proc(5), `stat`, field 22). */
async function markOnLinux(pid: number): Promise<string | null> {
  try {
    const [program, stat] = await Promise.all([readlink(`/proc/${pid}/exe`), readFile(`/proc/${pid}/stat`, 'utf8')]);
    // The second field is the name in parentheses, which may itself hold spaces and parentheses.
    const [state, ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? null : `${program} ${fields[18] ?? ''}`;
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '')) return null;
    throw error;
  }
}
