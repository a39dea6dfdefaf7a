// Real processes of the client that are killed, two at once, and on a disk without room.
import { execFile } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bundledClient, ProcessWorkstation, toldTwice } from '../test-support/client-process.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const client = bundledClient();
const fresh = contoso('3.23.0');

/** What is drawn anew in each run; it is said, so that a failure can be had again. */
const seed = Number(process.env.USHER_TEST_SEED ?? randomInt(2 ** 31));
const kills = 40;

/** The server sends installers in pieces, from where it was asked to, and pauses after each: for some milliseconds, say. */
function slowly({ server }: ProcessWorkstation, pieces: number, pause: number | (() => Promise<unknown>)): void {
  const paused = typeof pause === 'number' ? () => delay(pause) : pause;
  const etag = `"${fresh.entry.sha256}"`;
  server.interfere = (request, response) => {
    if (request.url?.includes('/targets/installers/') !== true) return false;
    const { range = '', 'if-range': ifRange } = request.headers;
    const from = ifRange === etag ? Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0) : 0;
    server.downloads.push(range);
    const rest = fresh.bytes.subarray(from);
    const partial =
      from > 0 ? { 'content-range': `bytes ${from}-${fresh.bytes.length - 1}/${fresh.bytes.length}` } : {};
    response.writeHead(from > 0 ? 206 : 200, { etag, 'content-length': rest.length, ...partial });
    const size = Math.ceil(fresh.bytes.length / pieces);
    void (async () => {
      for (let at = 0; at < rest.length && !response.destroyed; at += size) {
        response.write(rest.subarray(at, at + size));
        await paused();
      }
      response.end();
    })();
    return true;
  };
}

/** Resolves when an installer has been asked for, or the client has ended. */
async function downloading({ server }: ProcessWorkstation, ended: Promise<unknown>): Promise<void> {
  const end = ended.then(() => true);
  while (server.downloads.length === 0 && !(await Promise.race([end, delay(2, false)])));
}

describe('a client process that is killed (SIGKILL)', () => {
  it(`at ${kills} random times of an update leaves a machine that goes on, and a download that does, too`, async () => {
    const lanes = await Promise.all([ProcessWorkstation.create(client.path), ProcessWorkstation.create(client.path)]);
    const begun = performance.now();
    const [first] = lanes;
    slowly(first, 20, 10);
    const before = await Promise.all(lanes.map((lane) => lane.keep()));
    expect(await first.run(first.start('now'))).toMatchObject({ status: 9 });
    const whole = performance.now() - begun;
    const times = fc.sample(fc.double({ min: 0.1, max: 1, noNaN: true }), { numRuns: kills, seed });
    console.log(`seed ${seed}`);
    const wrong: string[] = [];
    let [killed, resumed, count] = [0, 0, 0];
    await Promise.all(
      lanes.map(async (lane, index) => {
        slowly(lane, 20, 10);
        for (const time of times.filter((_, at) => at % 2 === index)) {
          await before[index]?.restore();
          lane.forget();
          const { child, ended } = lane.spawn(lane.start('now'));
          // Every second one while it downloads, the others whenever it comes.
          if ((count += 1) % 2 === 0) await downloading(lane, ended);
          await Promise.race([delay(time * (count % 2 === 0 ? 150 : whole)), ended]);
          child.kill('SIGKILL');
          if ((await ended).status === null) killed += 1;
          const { status, told } = await lane.run(lane.start('now'));
          if (status !== 9) wrong.push(`${time}: ${String(status)} ${told}`);
          if (lane.server.downloads.some((range) => range !== '')) resumed += 1;
          const version = await lane.version();
          if (version !== '3.23.0') wrong.push(`${time}: ${version} is installed`);
          wrong.push(...toldTwice(lane.server.reports).map((what) => `${time}: told twice: ${what}`));
        }
      }),
    );
    console.log(`${killed} were killed, ${resumed} downloads went on where they were`);
    expect(wrong).toEqual([]);
    // Those that are killed while they download are, whatever the machine does meanwhile.
    expect(killed).toBeGreaterThan(kills / 4);
    expect(resumed).toBeGreaterThan(0);
  });
});

describe('two client processes at once', () => {
  it('both start the application, and one of them updates', async () => {
    const workstation = await ProcessWorkstation.create(client.path);
    slowly(workstation, 10, 10);
    const { server } = workstation;
    const ends = await Promise.all([1, 2, 3].map(() => workstation.run(workstation.start('now'))));
    expect(ends.map(({ status }) => status)).toEqual([9, 9, 9]);
    expect(server.downloads).toEqual(['']);
    expect(server.reportedStates.filter((state) => state === 'installed')).toHaveLength(1);
    expect(await workstation.version()).toBe('3.23.0');
  });
});

describe('a disk without room', () => {
  /**
   * Runs commands with the state on a small file system of its own, each after what is done to that disk, and gives how
   * each ended. Needs the right to mount: as root, or in a user name space of its own.
   */
  async function onSmallDisk(
    workstation: ProcessWorkstation,
    size: string,
    steps: readonly { readonly before: string; readonly args: readonly string[] }[],
  ) {
    const quoted = (words: readonly string[]) => words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
    const { state } = workstation;
    const script = [
      'set -e',
      `cp -a '${state}' '${state}.was'`,
      `mount -t tmpfs -o size=${size} tmpfs '${state}'`,
      `cp -a '${state}.was/.' '${state}'`,
      'set +e',
      ...steps.map(({ before, args }) => `${before}\n${quoted(workstation.command(args))} >&2; echo "$?"`),
    ].join('\n');
    const own = process.getuid?.() === 0 ? ['-m'] : ['-r', '-m'];
    const { stdout, stderr } = await promisify(execFile)('unshare', [...own, '/bin/sh', '-c', script]);
    return { statuses: stdout.trim().split('\n').map(Number), told: stderr };
  }

  const fill = (state: string) =>
    `dd if=/dev/zero of='${join('STATE', 'filler')}' bs=1k 2>/dev/null; sync`.replace('STATE', state);

  it('for the installer is said in numbers and reported, and the application starts', async () => {
    const workstation = await ProcessWorkstation.create(client.path);
    const { statuses, told } = await onSmallDisk(workstation, '8m', [
      { before: ':', args: workstation.start('now').map((word) => (word === 'none' ? 'terminal' : word)) },
      { before: ':', args: workstation.start('later') },
    ]);
    expect(statuses).toEqual([9, 9]);
    expect(told).toMatch(/not enough disk space: 17 MB are needed, [0-9] MB are free/);
    expect(workstation.server.reports).toContainEqual(expect.objectContaining({ state: 'failed', code: 2043 }));
    expect(workstation.server.downloads).toEqual([]);
  });

  it('for a single byte keeps nobody from starting, with the server and without; with room again all goes on', async () => {
    const workstation = await ProcessWorkstation.create(client.path);
    const { state, server } = workstation;
    let checks = 0;
    server.interfere = (request, response) => {
      if (request.url?.endsWith('/check') !== true || (checks += 1) !== 2) return false;
      response.destroy();
      return true;
    };
    const { statuses, told } = await onSmallDisk(workstation, '20m', [
      { before: fill(state), args: workstation.start('later') },
      { before: fill(state), args: workstation.start('later') },
      { before: fill(state), args: workstation.start('now') },
      { before: `rm '${state}/filler'`, args: workstation.start('now') },
      { before: ':', args: ['check'] },
    ]);
    expect({ statuses, told }).toMatchObject({ statuses: [9, 9, 9, 9, 0] });
    expect(server.reportedStates.at(-1)).toBe('installed');
    expect(toldTwice(server.reports)).toEqual([]);
  });

  it('in the middle of the download leaves the old version and nothing half done, and goes on where there is room', async () => {
    const workstation = await ProcessWorkstation.create(client.path);
    const { state, server } = workstation;
    // Fills the disk as soon as the download has begun, which goes on when that is done.
    const filled = join(workstation.folder, 'filled');
    slowly(workstation, 8, async () => {
      while (!existsSync(filled)) await delay(5);
    });
    const begun = `[ -n "$(find '${state}/cache' -name '*.part')" ]`;
    const meanwhile = `(until ${begun}; do sleep 0.05; done; ${fill(state)}; touch '${filled}') &`;
    const { statuses } = await onSmallDisk(workstation, '20m', [
      { before: meanwhile, args: workstation.start('now') },
      { before: `wait; rm '${state}/filler'`, args: workstation.start('now') },
      { before: ':', args: ['check'] },
    ]);
    expect(statuses).toEqual([9, 9, 0]);
    expect(server.reports).toContainEqual(expect.objectContaining({ state: 'failed', code: 2043 }));
    expect(server.reportedStates.at(-1)).toBe('installed');
    expect(await readdir(workstation.folder)).toContain('applications');
  });
});
