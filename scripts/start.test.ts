// `npm start` as a supervisor sees it: told to end in any way, it ends with 0, and not before the server has.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-start-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ready = /^usher is ready at (\S+)$/m;

/** Starts it as the leader of a process group of its own, and waits until it answers, or says what else is waited for. */
async function started(name: string, awaited = ready, options = '') {
  const npm = spawn('npm', ['start'], {
    cwd: root,
    detached: true,
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      USHER_DATA: join(folder, name),
      USHER_PORT: '0',
      NODE_OPTIONS: options,
    },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) =>
    npm.once('exit', (status, signal) => resolve(status ?? signal)),
  );
  let said = '';
  npm.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  while (!awaited.test(said)) {
    const status = await Promise.race([ended, delay(5, 'at work')]);
    if (status !== 'at work') throw new Error(`It ended with ${String(status)} before it said more than: ${said}`);
  }
  return {
    url: ready.exec(said)?.[1] ?? '',
    ended,
    toNpm: () => npm.kill('SIGTERM'),
    toGroup: () => process.kill(-(npm.pid ?? 0), 'SIGTERM'),
  };
}

/** Begins to sign in, which the server has seen when this resolves, and goes on when told to. */
async function slowRequest(url: string): Promise<{ finish(): void; status: Promise<number | undefined> }> {
  const body = JSON.stringify({ email: 'nobody@usher.example', password: 'a password of enough length' });
  const outgoing = request(`${url}/api/v1/session`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'content-length': Buffer.byteLength(body),
      expect: '100-continue',
    },
  });
  const status = new Promise<number | undefined>((resolve, reject) => {
    outgoing.once('error', reject);
    outgoing.once('response', (answer) => resolve(answer.resume().statusCode));
  });
  await once(outgoing, 'continue');
  outgoing.write(body.slice(0, 10));
  return { finish: () => void outgoing.end(body.slice(10)), status };
}

/** Has the launcher say when it has begun to hear the last of the signals that end it: nothing else is loaded then. */
const announced = `process.argv[1]?.endsWith("start.mjs") && process.on("newListener", (name) => name === "SIGHUP" && console.log("It hears."))`;
const hearing = `--import=data:text/javascript,${encodeURIComponent(announced)}`;

describe('npm start ends with 0', () => {
  test('where it is told before the server is there: npm, its group, or both twice', async () => {
    const [npm, group, twice] = await Promise.all(
      ['npm', 'group', 'twice'].map((name) => started(`early-${name}`, /^It hears\.$/m, hearing)),
    );
    npm?.toNpm();
    group?.toGroup();
    twice?.toGroup();
    twice?.toNpm();
    expect(await Promise.all([npm?.ended, group?.ended, twice?.ended])).toEqual([0, 0, 0]);
  });

  test('where its group is told once, and where npm is told twice', async () => {
    const [once, twice] = await Promise.all([started('once'), started('twice')]);
    once.toGroup();
    twice.toNpm();
    await delay(10);
    twice.toNpm();
    expect(await Promise.all([once.ended, twice.ended])).toEqual([0, 0]);
    await expect(fetch(`${once.url}/healthz`)).rejects.toThrow();
  });

  test('where its group is told twice while a request is under way, which is answered', async () => {
    const { url, toGroup, ended } = await started('busy');
    const busy = await slowRequest(url);
    toGroup();
    await delay(10);
    toGroup();
    await delay(300);
    busy.finish();
    expect(await busy.status).toBe(401);
    expect(await ended).toBe(0);
  });
});
