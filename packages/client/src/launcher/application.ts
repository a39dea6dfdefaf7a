// Starts the application, waits for its end, and finds out whether it runs already.
import { spawn } from 'node:child_process';
import { readdir, readlink } from 'node:fs/promises';
import { constants } from 'node:os';
import { basename, win32 } from 'node:path';
import { ClientError, systemCode } from '../client-error.ts';
import type { Host } from '../engine/host.ts';

/** What is to be started. */
export interface Application {
  readonly file: string;
  readonly args: readonly string[];
}

/** An application that runs. */
export interface RunningApplication {
  /** Its exit status; 128 and the signal's number where a signal ended it. */
  readonly ended: Promise<number>;
}

/**
 * Starts the application with the streams, folder and environment of this process. Signals that ask this process to
 * end are handed on; it then ends as the application does.
 * @throws ClientError `application.not-started`
 */
export function startApplication({ file, args }: Application): Promise<RunningApplication> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit' });
    const handOn = (signal: NodeJS.Signals) => void child.kill(signal);
    // The terminal sends an interrupt to both: the application decides, and this process outlives it.
    const outlive = () => undefined;
    const ended = new Promise<number>((end) => {
      child.on('exit', (code, signal) => {
        for (const name of ['SIGTERM', 'SIGHUP'] as const) process.off(name, handOn);
        process.off('SIGINT', outlive);
        end(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
    child.on('error', (error) => {
      reject(
        new ClientError(
          'application.not-started',
          `The application ${file} cannot be started (${systemCode(error) ?? error.message}). Check the path after "--".`,
          { cause: error },
        ),
      );
    });
    child.on('spawn', () => {
      for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, handOn);
      process.on('SIGINT', outlive);
      resolve({ ended });
    });
  });
}

const closingPollMs = 500;
/** How long a running application has to close when it is asked to, in milliseconds. */
const closingTimeMs = 20_000;

/**
 * Asks a running copy of the application to close (SIGTERM; on Windows the message that its close button sends), and
 * waits for it. It is never ended by force.
 * @throws ClientError `application.running`
 */
export async function closeRunning(host: Host, file: string): Promise<void> {
  const deadline = host.clock.sinceBoot() + closingTimeMs;
  let asked = false;
  for (let running = await findRunning(host, file); running.length > 0; running = await findRunning(host, file)) {
    if (!asked) await askToClose(host, running);
    asked = true;
    if (host.clock.sinceBoot() >= deadline) {
      throw new ClientError('application.running', 'The application is still open. Close it, then try again.');
    }
    await host.wait(closingPollMs);
  }
}

async function askToClose(host: Host, pids: readonly number[]): Promise<void> {
  for (const pid of pids) {
    if (host.systemRoot === null) {
      process.kill(pid, 'SIGTERM');
      continue;
    }
    const taskkill = win32.join(host.systemRoot, 'System32', 'taskkill.exe');
    await host.run(taskkill, ['/PID', String(pid)], { timeoutMs: 10_000 });
  }
}

/** The processes that run this very file (on Windows: one of its name). */
async function findRunning(host: Host, file: string): Promise<readonly number[]> {
  return host.systemRoot === null ? await findOnLinux(host, file) : await findOnWindows(host, host.systemRoot, file);
}

async function findOnLinux(host: Host, file: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === host.pid) continue;
    try {
      const program = (await readlink(`/proc/${name}/exe`)).replace(/ \(deleted\)$/, '');
      if (program === file) found.push(Number(name));
    } catch (error) {
      // It has ended meanwhile, or belongs to somebody else.
      if (!['ENOENT', 'EACCES', 'EPERM', 'ESRCH'].includes(systemCode(error) ?? '')) throw error;
    }
  }
  return found;
}

async function findOnWindows(host: Host, systemRoot: string, file: string): Promise<readonly number[]> {
  const image = win32.basename(file) || basename(file);
  const tasklist = win32.join(systemRoot, 'System32', 'tasklist.exe');
  const filter = ['/FO', 'CSV', '/NH', '/FI', `IMAGENAME eq ${image}`];
  try {
    const { stdout } = await host.run(tasklist, filter, { timeoutMs: 10_000 });
    return pidsOf(stdout.toString('latin1'), image);
  } catch (error) {
    // No tasklist here: Windows Installer deals with files that are in use by itself (3010).
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

/** The process numbers in what `tasklist /FO CSV` prints: `"image","pid",…`, one process a line. */
export function pidsOf(output: string, image: string): readonly number[] {
  return output.split(/\r?\n/).flatMap((line) => {
    const match = /^"([^"]*)","(\d+)"/.exec(line);
    return match?.[1]?.toLowerCase() === image.toLowerCase() ? [Number(match[2])] : [];
  });
}
