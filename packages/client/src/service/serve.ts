// `service run`: the machine's engine as a process. It holds its key, listens, and works on, until it is told to end.
import { importSigningKey, generateSigningKey, type SigningKey } from '@usher/trust';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { join, posix } from 'node:path';
import * as z from 'zod';
import { asClientError, ClientError, systemCode } from '../client-error.ts';
import { lockEnvironment, type Host } from '../engine/host.ts';
import type { InstallerDriver } from '../engine/installer-driver.ts';
import { dropVainResumption } from '../engine/replace-client.ts';
import { PipeServer, type PipeLimits } from '../pipe/pipe-server.ts';
import { removeFile } from '../state/atomic-file.ts';
import { acquireLock } from '../state/instance-lock.ts';
import { LogFile, type Log } from '../state/log.ts';
import { privateKeySchema } from '../state/private-key.ts';
import { StateFile } from '../state/state-file.ts';
import { StateFolder } from '../state/state-folder.ts';
import { EngineService } from './engine-service.ts';
import { Hourly } from './hourly.ts';
import { protectState } from './protect-state.ts';
import { PublicFolder } from './public-folder.ts';

/** What runs an engine. */
export interface ServeOptions {
  readonly host: Host;
  /** The state folder of the machine. */
  readonly folder: string;
  /** True for the folder of the whole machine, whose pipe has the well-known name. */
  readonly isMachineWide: boolean;
  /** systemd's `RUNTIME_DIRECTORY`: where the socket goes; else below the state folder. */
  readonly runtimeFolder: string | null;
  /** Called whenever everything that was asked for is done. */
  readonly onIdle?: () => void;
  /** For tests. */
  readonly driver?: InstallerDriver;
  readonly limits?: PipeLimits;
}

/** An engine that runs. */
export interface RunningEngine {
  readonly address: string;
  /** What it does of its own accord, once that is begun. */
  readonly hourly: Hourly;
  /** Resolves where another program is to put the client's next version in the place of this one, and waits for its end. */
  readonly replaced: Promise<void>;
  /** Ends every connection and the listening; what is being installed is for the next start to recover. */
  close(): Promise<void>;
}

const keySchema = z.object({ format: z.literal(1), secret: privateKeySchema });

/**
 * Starts the engine. It listens when this resolves.
 * @throws ClientError `state.busy` where one runs on the same state already, `state.unusable` without the rights
 */
export async function serve(options: ServeOptions): Promise<RunningEngine> {
  const { host, folder } = options;
  const log = new LogFile(join(folder, 'logs', 'client.log'), host.clock);
  const alarms = await protectState(host, folder, log);
  const state = new StateFolder(folder, () => undefined);
  await state.prepare();
  const lock = await acquireLock(join(folder, 'engine.lock'), lockEnvironment(host), 0).catch((error: unknown) => {
    throw asClientError(error, 'state.busy') === null ? error : alreadyRuns(folder, error);
  });
  const key = await keyOf(host, folder, log);
  const secret = host.random(32);
  let onReplaced: () => void = () => undefined;
  const replaced = new Promise<void>((resolve) => (onReplaced = resolve));
  const service = new EngineService({ ...options, log, onReplaced: () => onReplaced() });
  const server = new PipeServer({ host, log, key, secret, handle: service.handle, ...limitsOf(options) });
  const address = await listen(server, options);
  const users = new PublicFolder(folder);
  await users.announce({ address, publicKey: key.publicKey }, secret);
  log.info(`the engine listens at ${address}`);
  await dropVainResumption({ host, state, log });
  const hourly = new Hourly({ service, host, log, alarms });
  return {
    address,
    hourly,
    replaced,
    close: async () => {
      hourly.stop();
      await server.close();
      await service.settle();
      await lock.release();
    },
  };
}

function alreadyRuns(folder: string, cause: unknown): ClientError {
  return new ClientError(
    'state.busy',
    `The Usher engine runs on ${folder} already: there is nothing to start. usher-client status says how it is.`,
    { cause },
  );
}

function limitsOf({ limits }: ServeOptions) {
  return limits === undefined ? {} : { limits };
}

/** The key is made once: where it was lost, a new one is, and the file with its public half says so to launchers. */
async function keyOf(host: Host, folder: string, log: Log): Promise<SigningKey> {
  const file = new StateFile(join(folder, 'engine-key.json'), keySchema, ({ path, setAsideAs, why }) => {
    log.warn(`${path} was set aside as ${setAsideAs}: ${why}`);
  });
  const kept = await file.read();
  if (kept !== null) return importSigningKey(kept.secret);
  const key = generateSigningKey((length) => host.random(length));
  await file.write({ format: 1, secret: key.exportSecret() });
  return key;
}

/**
 * Listens at the usual address. On Windows, where somebody else has taken that name, at another: launchers read the address
 * from a file that only administrators can write, so that a name is nothing to be gained by taking it.
 */
async function listen(server: PipeServer, options: ServeOptions): Promise<string> {
  const { host } = options;
  const usual = usualAddress(options);
  if (host.systemRoot === null) await removeDeadSocket(usual);
  try {
    await server.listen(usual);
    return usual;
  } catch (error) {
    const isTaken = ['EADDRINUSE', 'EACCES', 'EPERM'].includes(systemCode(error) ?? '');
    if (host.systemRoot === null || !isTaken) throw error;
    const other = `${usual}-${Buffer.from(host.random(12)).toString('hex')}`;
    await server.listen(other);
    return other;
  }
}

function usualAddress({ host, folder, isMachineWide, runtimeFolder }: ServeOptions): string {
  if (host.systemRoot === null) return posix.join(runtimeFolder ?? join(folder, 'public'), 'engine.sock');
  if (isMachineWide) return '\\\\.\\pipe\\usher';
  return `\\\\.\\pipe\\usher-${createHash('sha256').update(folder.toLowerCase()).digest('hex').slice(0, 12)}`;
}

/** A socket that nobody listens at is what a killed engine left behind. */
async function removeDeadSocket(path: string): Promise<void> {
  const code = await new Promise<string | null>((resolve) => {
    const socket = connect(path);
    socket.on('connect', () => {
      socket.destroy();
      resolve(null);
    });
    socket.on('error', (error) => resolve(systemCode(error)));
  });
  if (code === 'ECONNREFUSED') await removeFile(path);
}
