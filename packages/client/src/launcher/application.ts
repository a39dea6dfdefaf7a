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
 * off, if there was one. Signals that ask this process to end are handed on where there are any; it ends as the application
 * does.
 * @throws ClientError `application.not-started`; `application.needs-elevation` where Windows starts it for administrators alone
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
    const signals = signalsOf(host);
    const handOn = (signal: NodeJS.Signals) => void child.kill(signal);
    const outlive = () => undefined;
    const ended = new Promise<number>((end) => {
      child.on('exit', (code, signal) => {
        for (const name of signals.handedOn) process.off(name, handOn);
        for (const name of signals.outlived) process.off(name, outlive);
        end(code ?? 128 + (signal === null ? 0 : constants.signals[signal]));
      });
    });
    child.on('error', (error) =>
      reject(notStarted(host, { file, args, ...(folder === undefined ? {} : { folder }) }, error)),
    );
    child.on('spawn', () => {
      for (const name of signals.handedOn) process.on(name, handOn);
      for (const name of signals.outlived) process.on(name, outlive);
      const pid = child.pid ?? 0;
      resolve({ pid, ended, askToClose: () => askToClose(host, pid) });
    });
  });
}

/**
 * Which signals are handed on, and which the application gets itself, so that it decides and this process outlives them: an
 * interrupt goes from the terminal to both. On Windows so does what is sent when the console is closed (SIGHUP): a program
 * without a window of its own ends by it, one with a window goes on, and Windows ends this process after ten seconds
 * ("Signal events", Node). There is nothing to be handed on there: any signal would end the application by force.
 */
function signalsOf({ systemRoot }: Host): Readonly<Record<'handedOn' | 'outlived', readonly NodeJS.Signals[]>> {
  if (systemRoot !== null) return { handedOn: [], outlived: ['SIGINT', 'SIGBREAK', 'SIGHUP'] };
  return { handedOn: ['SIGTERM', 'SIGHUP'], outlived: ['SIGINT'] };
}

/** What Windows opens with another program, and what Node starts through no shell (EINVAL). */
const noPrograms = /\.(?:lnk|bat|cmd|ps1|vbs|js|msc|url)$/i;

function notStarted({ systemRoot }: Host, { file, folder }: Application, cause: Error): ClientError {
  const why = systemCode(cause) ?? cause.message;
  // The system names the file also where it is the folder that is not there.
  if (folder !== undefined && !isFolder(folder)) {
    const message = `The application cannot be started in ${folder}, which is no folder that can be used (${why}). Check --in.`;
    return new ClientError('application.not-started', message, { cause });
  }
  // libuv's name for ERROR_ELEVATION_REQUIRED; what one may not read or run is EPERM there.
  if (systemRoot !== null && why === 'EACCES') {
    const message =
      `The application ${file} asks for an administrator's rights, which it cannot be given from here. ` +
      'Start Usher as an administrator: set "Run as administrator" on the shortcut.';
    return new ClientError('application.needs-elevation', message, { cause });
  }
  const isProgram = systemRoot === null || !noPrograms.test(file);
  const what = isProgram ? 'Check the path' : 'Name the program itself';
  return new ClientError(
    'application.not-started',
    `The application ${file} cannot be started (${why}). ${what} after "--".`,
    {
      cause,
    },
  );
}
