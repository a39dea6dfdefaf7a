// Starts the application and waits for its end.
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { ClientError, systemCode } from '../client-error.ts';
import { askToClose } from '../engine/ask-to-close.ts';
import type { Host } from '../engine/host.ts';
import { isFolder } from '../state/presence.ts';

/** What is to be started. */
export interface Application {
  readonly file: string;
  readonly args: readonly string[];
  /** The folder that it runs in; that of this process where it is left out. */
  readonly folder?: string;
}

/** The variable that tells an application which update its person was asked about just now, so that it does not ask again. */
export const askedVariable = 'USHER_ASKED';

/** An application that runs. */
export interface RunningApplication {
  readonly pid: number;
  /** Its exit status; 128 and the signal's number where a signal ended it. */
  readonly ended: Promise<number>;
  /** Asks it to close, as its own person may: SIGTERM; on Windows the message that a close button sends. */
  askToClose(): Promise<void>;
}

/**
 * Starts the application with the streams and environment of this process; `asked` is the update that its person put
 * off, if there was one. Signals that ask this process to end are handed on; it then ends as the application does.
 * @throws ClientError `application.not-started`
 */
export function startApplication(
  host: Host,
  { file, args, folder }: Application,
  asked: string | null,
): Promise<RunningApplication> {
  return new Promise((resolve, reject) => {
    const { [askedVariable]: _of, ...environment } = process.env;
    const env = asked === null ? environment : { ...environment, [askedVariable]: asked };
    const child = spawn(file, args, { stdio: 'inherit', env, ...(folder === undefined ? {} : { cwd: folder }) });
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
      const why = systemCode(error) ?? error.message;
      // The system names the file also where it is the folder that is not there.
      const what =
        folder !== undefined && !isFolder(folder)
          ? `The application cannot be started in ${folder}, which is no folder that can be used (${why}). Check --in.`
          : `The application ${file} cannot be started (${why}). Check the path after "--".`;
      reject(new ClientError('application.not-started', what, { cause: error }));
    });
    child.on('spawn', () => {
      for (const name of ['SIGTERM', 'SIGHUP'] as const) process.on(name, handOn);
      process.on('SIGINT', outlive);
      const pid = child.pid ?? 0;
      resolve({ pid, ended, askToClose: () => askToClose(host, pid) });
    });
  });
}
