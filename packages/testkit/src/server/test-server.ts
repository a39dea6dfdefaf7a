// The whole server in one process, with a clock in the test's hands.
import { mkdtempSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readInstaller, verifySignature, type VerifyOptions } from '@usher/msi';
import type { Role } from '@usher/protocol';
import { compose, makeLog, readConfig, systemRandom, type Random, type System } from '@usher/server';
import { ApiClient } from './api-client.ts';
import { ManualClock } from './manual-clock.ts';
import { databasePlace, type DatabasePlace } from './test-database.ts';

/** What a test can want otherwise. */
export interface TestServerOptions {
  /** More environment variables, as `readConfig` takes them. */
  readonly environment?: Readonly<Record<string, string>>;
  readonly clock?: ManualClock;
  readonly random?: Random;
  /** Listen on a free port; else only `inject` reaches it. */
  readonly listen?: boolean;
  /** No first account. */
  readonly empty?: boolean;
  /** Inspect uploads in a worker, as a real server does. */
  readonly inspectInWorker?: boolean;
  /** How long decisions on an installer count as made at once; else not a moment. */
  readonly decisionPause?: () => Promise<void>;
  /** Where a built console is; there is none otherwise. */
  readonly consoleFolder?: string;
  /** Collects the lines of the log, which is silent otherwise. */
  readonly logLines?: string[];
}

/** A server that runs inside the test. Close it when the test is over. */
export interface TestServer {
  readonly system: System;
  readonly clock: ManualClock;
  /** The address that it listens on; empty where it does not. */
  readonly url: string;
  /** The data folder: removed at the end. */
  readonly folder: string;
  /** Signed in as the first account, `owner@usher.example`. */
  readonly owner: ApiClient;
  /** Not signed in. */
  readonly anonymous: ApiClient;
  /** A new account of that role, signed in. */
  signIn(role: Role): Promise<ApiClient>;
  /** With a token: an API token or a workstation's. */
  withToken(token: string): ApiClient;
  close(): Promise<void>;
}

/** The password of every account that the helpers make. */
export const testPassword = 'correct horse battery staple';

/** The first account of every test server. */
export const ownerEmail = 'owner@usher.example';

/** Cheap on purpose: a test is about something else. */
const cheapPasswords = { memory: 64, passes: 1, parallelism: 1 };
const cheapKeys = { n: 2, r: 1, p: 1 };

/** The same inspection without the start of a worker. */
const inspectHere = async (path: string, options: VerifyOptions) => ({
  facts: await readInstaller(path),
  signature: await verifySignature(path, options),
});

const places = new WeakMap<TestServer, DatabasePlace>();

/** Starts a server on a fresh database of the dialect that the test runs on. */
export async function testServer(options: TestServerOptions = {}): Promise<TestServer> {
  const folder = mkdtempSync(join(tmpdir(), 'usher-data-'));
  const place = await databasePlace();
  if (place.config.kind === 'sqlite') {
    // Where a server looks for its embedded database.
    await mkdir(join(folder, 'data'), { mode: 0o700 });
    await rename(place.config.file, join(folder, 'data', 'usher.db'));
  }
  return start(place, folder, options);
}

/**
 * Stops a server and starts it again on the same data and clock, as after an update of the server. Closing either removes the data.
 * Where it does not start, it is stopped in order, and the error is thrown.
 */
export async function startAgain(server: TestServer, options: TestServerOptions = {}): Promise<TestServer> {
  const place = places.get(server);
  if (place === undefined) throw new Error('This server was not made here.');
  await server.system.stop();
  return start(place, server.folder, { clock: server.clock, ...options });
}

async function start(place: DatabasePlace, folder: string, options: TestServerOptions): Promise<TestServer> {
  const clock = options.clock ?? new ManualClock();
  const config = readConfig(
    {
      USHER_DATA: join(folder, 'data'),
      USHER_PORT: '0',
      ...(place.config.kind === 'postgres' ? { USHER_DATABASE_URL: place.config.url } : {}),
      ...(options.empty === true ? {} : { USHER_ADMIN_EMAIL: ownerEmail, USHER_ADMIN_PASSWORD: testPassword }),
      ...options.environment,
    },
    folder,
  );
  const { logLines } = options;
  const log =
    logLines === undefined
      ? makeLog('silent', clock)
      : makeLog('trace', clock, { write: (line) => void logLines.push(line) });
  const system = await compose({
    config,
    clock,
    random: options.random ?? systemRandom,
    log,
    passwordCost: cheapPasswords,
    keyCost: cheapKeys,
    ...(options.inspectInWorker === true ? {} : { inspect: inspectHere }),
    // What was built here decides nothing, unless it is asked for.
    consoleFolder: options.consoleFolder ?? join(folder, 'no-console'),
    synchronous: 'off',
    decisionPause: options.decisionPause ?? (() => Promise.resolve()),
  });
  try {
    await system.prepare();
  } catch (error) {
    await system.stop();
    throw error;
  }
  const url = options.listen === true ? await system.listen() : '';
  const anonymous = new ApiClient(system.app);
  const owner = options.empty === true ? anonymous : await anonymous.signIn(ownerEmail, testPassword);
  let made = 0;
  const server: TestServer = {
    system,
    clock,
    url,
    folder,
    owner,
    anonymous,
    signIn: async (role) => {
      made += 1;
      const email = `${role}${made}@usher.example`;
      await owner.post('/accounts', { email, role, password: testPassword }, 201);
      return anonymous.signIn(email, testPassword);
    },
    withToken: (token) => new ApiClient(system.app, { authorization: `Bearer ${token}` }),
    close: async () => {
      await system.stop();
      await place.remove();
      await rm(folder, { recursive: true, force: true });
    },
  };
  places.set(server, place);
  return server;
}
