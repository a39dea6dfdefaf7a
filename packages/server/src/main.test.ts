// The command as it is run: a real server process, and the other commands beside it.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { finishedCommand } from './cli/test-support/finished-command.ts';

const main = fileURLToPath(new URL('main.ts', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-main-'));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs a command beside the server, in this process. */
function finished(args: string[], environment: Record<string, string> = {}, input = '') {
  const own = { USHER_DATA: join(folder, 'data'), USHER_PORT: '0', ...environment };
  return finishedCommand(args, { environment: own, folder }, input);
}

/** Starts a server and waits for its line. */
async function serving(environment: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main, 'serve'], {
    env: { PATH: process.env.PATH, USHER_DATA: join(folder, 'data'), USHER_PORT: '0', ...environment },
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await expect.poll(() => said, { timeout: 110_000 }).toMatch(/^usher is ready at http:\/\/127\.0\.0\.1:\d+$/m);
  const url = /^usher is ready at (.*)$/m.exec(said)?.[1] ?? '';
  return { child, ended, url, said: () => said };
}

/** Files and folders of the data, and beside it, that anybody but the server's user may look into. */
function openToOthers(below: string): string[] {
  return readdirSync(below, { recursive: true, encoding: 'utf8' }).filter(
    (name) => (statSync(join(below, name)).mode & 0o077) !== 0,
  );
}

describe('usher serve', () => {
  test('answers once it says that it is ready, refuses a second on the same data, and ends with 0 when told twice', async () => {
    const { child, ended, url, said } = await serving();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    expect(openToOthers(folder)).toEqual([]);
    await expect.poll(said).toMatch(/^There is no account yet\. .* at http:\S+\/setup\?token=[\w-]{43}$/m);
    const link = /at (\S+\/setup\?token=\S+)$/m.exec(said())?.[1] ?? '';
    expect((await fetch(link)).status).toBe(200);

    const second = await finished(['serve']);
    expect(second.status).toBe(1);
    expect(second.err).toMatch(/^usher serve: Another Usher server is using the data folder .*$/);

    const added = await finished(
      ['account', 'add', 'ann@usher.example', '--password-stdin'],
      {},
      'a password of enough length\n',
    );
    expect([added.status, added.out]).toEqual([0, 'The account ann@usher.example (owner) was made.']);
    const session = await fetch(`${url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: 'ann@usher.example', password: 'a password of enough length' }),
    });
    expect(session.status).toBe(201);
    const stream = await fetch(`${url}/api/v1/events/stream`, {
      headers: { cookie: session.headers.getSetCookie()[0]?.split(';')[0] ?? '' },
    });
    expect(stream.status).toBe(200);

    const started = performance.now();
    child.kill('SIGTERM');
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    // What is still under way would be cut off after ten seconds: it did not come to that.
    expect(performance.now() - started).toBeLessThan(9500);
  });

  test('says in one line each what is wrong with its environment', async () => {
    const { status, out, err } = await finished(['serve'], { USHER_HOST: '0.0.0.0', USHER_LOG_LEVEL: 'loud' });
    expect([status, out]).toEqual([1, '']);
    expect(err.trim().split('\n')).toHaveLength(1);
    expect(err).toMatch(/USHER_HOST.*USHER_TLS_CERT.*USHER_LOG_LEVEL/);
  });
});

describe('a wrong call', () => {
  test.each([
    [['serve', '--bogus'], /^usher serve: Unknown option '--bogus'\. "usher serve --help" says more\.$/],
    [['serve', 'now'], /^usher serve: Unexpected argument 'now'\. .*--help/],
    [['key', 'list', '--to'], /^usher key: Option '--to <value>' argument missing\. .*--help/],
    [['key'], /^usher key: Say "list",/],
    [['account', 'add'], /^usher account: Say "add EMAIL"/],
    [['nonsense'], /^usher: there is no command "nonsense"/],
  ])('ends with 2 and one sentence: %j', async (args, said) => {
    const { status, out, err } = await finished(args);
    expect([status, out]).toEqual([2, '']);
    expect(err).toMatch(said);
  });

  test('is told where the environment variables stand, and they do', async () => {
    const { out } = await finished(['--help']);
    const [, document = ''] = /The environment variables stand in (\S+)\.$/.exec(out) ?? [];
    expect(readFileSync(join(main, '../../../..', document), 'utf8')).toContain('`USHER_DATA`');
  });
});

describe('a path that cannot be', () => {
  test('is said in plain words', async () => {
    const there = join(folder, 'there.key');
    writeFileSync(there, '');
    const secret = 'carried on a paper\n';
    expect(await finished(['key', 'make', 'root', '--to', there, '--passphrase-stdin'], {}, secret)).toEqual({
      status: 1,
      out: '',
      err: `usher key: ${there} is there already. Nothing is overwritten: choose another name.`,
    });
    expect(await finished(['key', 'import', 'gone.key', '--passphrase-stdin'], {}, secret)).toEqual({
      status: 1,
      out: '',
      err: `usher key: ${join(folder, 'gone.key')} is not there. Is the path right?`,
    });
    for (const data of [there, join(there, 'below')]) {
      for (const args of [['serve'], ['migrate'], ['key', 'list']]) {
        expect(await finished(args, { USHER_DATA: data })).toEqual({
          status: 1,
          out: '',
          err: `usher ${args[0]}: USHER_DATA must name a folder; ${data} is none.`,
        });
      }
    }
  });
});

describe('an operator', () => {
  test('changes keys and makes a backup beside the server, and signs on a machine that has neither server nor database', async () => {
    const own = { USHER_DATA: join(folder, 'operated') };
    const { child, ended, url } = await serving(own);
    const directorKeys = async () => {
      const answer = await fetch(`${url}/api/v1/workstation/tuf/targets/director.json`);
      return ((await answer.json()) as { keys: string[] }).keys;
    };
    const [first] = await directorKeys();
    expect(await finished(['key', 'rotate', 'director'], own)).toMatchObject({ status: 0, err: '' });
    expect(await directorKeys()).toEqual([first, expect.any(String)]);

    const secret = ['--passphrase-stdin'];
    await finished(['key', 'export', 'targets', '--to', 'targets.key', ...secret], own, 'carried on a paper\n');
    await finished(['publish', 'draft', '--to', 'draft.json'], own);
    const elsewhere = spawnSync(
      process.execPath,
      [main, 'publish', 'sign', '--key', 'targets.key', '--in', 'draft.json', '--out', 'signed.json', ...secret],
      {
        cwd: folder,
        env: { PATH: process.env.PATH, USHER_DATA: join(folder, 'nowhere') },
        input: 'carried on a paper\n',
      },
    );
    expect([elsewhere.status, elsewhere.stderr.toString()]).toEqual([0, '']);
    expect(existsSync(join(folder, 'nowhere'))).toBe(false);
    const applied = await finished(['publish', 'apply', 'signed.json'], own);
    expect(applied.out).toBe('Published: targets version 3.');

    const backedUp = await finished(['backup', 'kept'], own);
    expect(backedUp.out).toMatch(/^The backup is in .*kept: 0 installer\(s\)/);
    const refused = await finished(['restore', 'kept'], own);
    expect(refused.err).toMatch(/^usher restore: The data folder .* is not empty\. [^\n]*$/);
    child.kill('SIGTERM');
    expect(await ended).toBe(0);
    const passphrase = { USHER_KEY_PASSPHRASE_FILE: join(folder, 'operated.passphrase') };
    const restored = await finished(['restore', 'kept'], { USHER_DATA: join(folder, 'put-back'), ...passphrase });
    expect(restored).toMatchObject({ status: 0, err: '' });
  });
});

describe('the other commands', () => {
  test('make an account, verify the events, migrate', async () => {
    const own = { USHER_DATA: join(folder, 'other') };
    const migrated = await finished(['migrate'], own);
    expect(migrated).toMatchObject({
      status: 0,
      err: '',
      out: expect.stringMatching(/^The database went from step 0 to \d+\.$/) as string,
    });
    const added = await finished(['account', 'add', 'bob@usher.example', '--role', 'viewer'], own);
    expect(added.out).toMatch(/\(viewer\) was made\.\nPassword: [\w-]{43}$/);
    const again = await finished(['account', 'add', 'bob@usher.example'], own);
    expect([again.status, again.err]).toEqual([1, 'usher account: An account with this e-mail address exists.']);
    const verified = await finished(['events', 'verify'], own);
    expect([verified.status, verified.out]).toEqual([0, 'The log is whole: 1 events.']);
  });

  test('set no password that a disabled account could not sign in with, and enable it', async () => {
    const own = { USHER_DATA: join(folder, 'disabled') };
    await finished(['account', 'add', 'ann@usher.example'], own);
    await finished(['account', 'add', 'bob@usher.example'], own);
    const database = new DatabaseSync(join(own.USHER_DATA, 'usher.db'));
    database.prepare("update accounts set status = 'disabled' where email = 'bob@usher.example'").run();
    database.close();
    const reset = (): ReturnType<typeof finished> =>
      finished(['account', 'reset-password', 'Bob@usher.example', '--password-stdin'], own, 'a long enough password\n');
    expect(await reset()).toEqual({
      status: 1,
      out: '',
      err: expect.stringMatching(/^usher account: Bob@usher\.example is disabled: .*"usher account enable /) as string,
    });
    const enable = () => finished(['account', 'enable', 'bob@usher.example'], own);
    expect(await enable()).toEqual({ status: 0, out: 'bob@usher.example was enabled.', err: '' });
    expect(await enable()).toEqual({ status: 0, out: 'bob@usher.example is enabled already.', err: '' });
    expect(await reset()).toEqual({ status: 0, out: 'Bob@usher.example has a new password.', err: '' });
    expect((await finished(['account', 'enable', 'nobody@usher.example'], own)).status).toBe(1);
  });

  test.each([
    [[], 2, /^usage: usher COMMAND/],
    [['--help'], 0, /serve.*account.*key.*publish.*backup.*restore.*events.*migrate/s],
    [['serve', '--help'], 0, /^usage: usher serve/],
    [['account', '--help'], 0, /reset-password/],
    [['key', '--help'], 0, /usher key export ROLE/],
    [['publish', '--help'], 0, /usher publish sign/],
    [['backup', '--help'], 0, /pg_dump/],
    [['restore', '--help'], 0, /must be empty/],
  ])('%j shows help', async (args, status, shown) => {
    const { status: ended, out, err } = await finished(args);
    expect([ended, err]).toEqual([status, '']);
    expect(out).toMatch(shown);
  });

  test.each([
    [['fly'], 2],
    [['account', 'add'], 2],
    [['account', 'add', 'x@y.example', '--role', 'god'], 2],
    [['account', 'add', 'x@y.example', '--colour', 'red'], 2],
    [['account', 'add', 'foo'], 1],
    [['account', 'reset-password', 'nobody@usher.example'], 1],
    [['events', 'count'], 2],
    [['key'], 2],
    [['key', 'list'], 1],
    [['key', 'list', 'everything'], 2],
    [['publish', 'everything'], 2],
    [['publish', 'show'], 2],
    [['backup'], 2],
    [['restore', 'one', 'two'], 2],
    [['restore', 'nowhere'], 1],
  ])('%j fails with one line on standard error', async (args, status) => {
    const { status: ended, out, err } = await finished(args, { USHER_DATA: join(folder, 'third') });
    expect([ended, out]).toEqual([status, '']);
    expect(err).toMatch(/^usher[^\n]+$/);
    expect(err).not.toMatch(/Invalid|Too small|expected/);
  });
});
