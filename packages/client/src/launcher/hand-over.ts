// Hands the application over: a client of its own waits for its end, installs the update, and starts it again.
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { win32 } from 'node:path';
import { ClientError, systemCode } from '../client-error.ts';
import type { Host } from '../engine/host.ts';

/** How an application is started. */
export interface Restart {
  readonly file: string;
  /** Exactly as the application shall get them. */
  readonly args: readonly string[];
  /** The folder that it runs in. */
  readonly folder: string;
}

/** Which client takes over, and of which state and product. */
export interface HandOverOptions {
  readonly program?: readonly [string, ...string[]];
  readonly state?: string;
  readonly product?: string;
}

/** How the client that takes over shows itself, and what it starts afterwards. */
export interface HandOverManner {
  readonly ui?: string;
  readonly browser?: string;
  readonly restart: Restart;
}

/**
 * Starts the client that goes on when this process has ended. Resolves when it runs; the application must end then.
 * @throws ClientError `client.not-started`
 */
export async function handOver(host: Host, options: HandOverOptions, manner: HandOverManner): Promise<void> {
  const { program = installedProgram(host), state, product } = options;
  const { ui = 'auto', browser, restart } = manner;
  const [file, ...before] = program;
  const option = (name: string, value: string | undefined) => (value === undefined ? [] : [name, value]);
  const args = [
    ...before,
    'start',
    ...option('--state', state),
    ...option('--product', product),
    ...option('--browser', browser),
    ...['--ui', ui, '--answer', 'chosen', '--after', String(host.pid), '--in', restart.folder],
    ...['--', restart.file, ...restart.args],
  ];
  // Not in the application's own folder, which the installer must be free to replace.
  const child = spawn(file, args, { detached: true, stdio: 'ignore', cwd: host.systemRoot ?? tmpdir() });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve).once('error', (error) => {
      const why = systemCode(error) ?? error.message;
      const message = `The Usher client ${file} cannot be started (${why}). Tell your administrator.`;
      reject(new ClientError('client.not-started', message, { cause: error }));
    });
  });
  child.unref();
}

/** Where the client's own installer puts it on Windows; elsewhere what the search path finds. */
function installedProgram({ systemRoot }: Host): readonly [string] {
  if (systemRoot === null) return ['usher-client'];
  return [win32.join(win32.parse(systemRoot).root, 'Program Files', 'Usher', 'usher-client.exe')];
}
