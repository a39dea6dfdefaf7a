// What the engine does of its own accord, with real processes of the application: it says what became prohibited, closes it
// where the product says so, and lets people who use it be.
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { chmod, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ClientError } from '../client-error.ts';
import type { PipeNews } from '../pipe/messages.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const fresh = contoso('3.23.0');
const hourMs = 3_600_000;
const isRoot = process.getuid?.() === 0;
let desk: ContosoWorkstation;
let served: ServedWorkstation;

beforeEach(async () => {
  served = await ServedWorkstation.create();
  desk = served.desk;
});

/** A launcher that keeps an eye on an application, until the test ends. */
async function watching(): Promise<PipeNews[]> {
  const heard: PipeNews[] = [];
  const leave = new AbortController();
  const watch = served.ask(
    { do: 'watch', product: null, pid: process.pid },
    { leave: leave.signal, onNews: (news) => heard.push(news) },
  );
  onTestFinished(async () => {
    leave.abort();
    await watch;
  });
  // One more question on the same pipe: when it is answered, the watch has been taken.
  await served.ask({ do: 'status' });
  return heard;
}

/** The application, running as a script of the installed product; `stubborn` does not close when it is asked to. */
async function running({ stubborn = false, uid = undefined as number | undefined } = {}): Promise<ChildProcess> {
  const [product] = await served.products();
  await mkdir(product!.folder, { recursive: true });
  const script = join(product!.folder, 'application.sh');
  await writeFile(script, `${stubborn ? "trap '' TERM\n" : ''}echo up\nwhile :; do sleep 0.05; done\n`, {
    mode: 0o755,
  });
  // Whoever runs it may read it, whatever the umask here is.
  for (const path of [desk.folder, desk.applications, product!.folder, script]) await chmod(path, 0o755);
  const child = spawn('/bin/sh', [script], {
    stdio: ['ignore', 'pipe', 'ignore'],
    ...(uid === undefined ? {} : { uid }),
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout, 'data');
  return child;
}

/**
 * While the engine looks whether what it asked to close has closed, that has the time which a slow machine takes.
 * @param countdownMs for so long nothing is asked to close
 */
function closing(end: Promise<unknown>, countdownMs = 0): void {
  const { host } = desk;
  const wait = host.wait.bind(host);
  const from = host.clock.sinceBoot() + countdownMs;
  host.wait = async (ms) => {
    await wait(ms);
    if (ms <= 1000 && host.clock.sinceBoot() > from) await Promise.race([end, delay(250)]);
  };
}

function prohibit(product: { whenProhibited?: 'tell' | 'close'; closeAfterMinutes?: number } = {}): void {
  desk.server.policy = {
    ...desk.server.policy,
    prohibited: [{ version: '3.22.1', reason: 'It leaks.' }],
    product: { id: 'pr_1', name: 'Contoso Agent', enforcement: 'enforce', unknownVersions: 'allow', ...product },
  };
}

describe('a version that becomes prohibited while it runs', () => {
  test('is said to whoever has it open, once', async () => {
    const heard = await watching();
    await served.engine.hourly.once();
    expect(heard).toEqual([]);
    prohibit();
    await served.engine.hourly.once();
    await served.engine.hourly.once();
    await expect
      .poll(() => heard)
      .toEqual([{ news: 'prohibited', version: '3.22.1', code: 2028, reason: 'It leaks.', closesAt: null }]);
  });

  test('is closed after a countdown where the product says so, by force where asking was not enough', async () => {
    const heard = await watching();
    const [kind, stubborn] = [await running(), await running({ stubborn: true })];
    const ends = [once(kind, 'exit'), once(stubborn, 'exit')] as const;
    closing(ends[0]);
    prohibit({ whenProhibited: 'close', closeAfterMinutes: 10 });
    const closesAt = new Date(desk.host.clock.now() + 600_000).toISOString();
    await served.engine.hourly.once();
    await served.engine.hourly.closed();
    expect((await Promise.all(ends)).map(([, signal]) => signal as string)).toEqual(['SIGTERM', 'SIGKILL']);
    expect(heard).toMatchObject([
      { news: 'prohibited', closesAt },
      { news: 'closing', because: 'prohibited', version: '3.22.1', inSeconds: 0 },
    ]);
    expect(desk.host.waits).toContain(600_000);
  });

  test('is not closed where it may run again at the end of the countdown', async () => {
    const application = await running();
    prohibit({ whenProhibited: 'close', closeAfterMinutes: 10 });
    desk.server.answered = (request) => {
      if (request.url?.endsWith('/check') === true) desk.server.policy = { ...desk.server.policy, prohibited: [] };
    };
    await served.engine.hourly.once();
    await served.engine.hourly.closed();
    expect(application.exitCode).toBeNull();
    expect(application.signalCode).toBeNull();
  });

  test('is closed again as often as it is opened again', async () => {
    prohibit({ whenProhibited: 'close', closeAfterMinutes: 10 });
    const heard = await watching();
    for (const round of [1, 2, 3]) {
      const end = once(await running(), 'exit');
      closing(end);
      await served.engine.hourly.once();
      await served.engine.hourly.closed();
      expect(await end).toEqual([null, 'SIGTERM']);
      await expect.poll(() => heard).toHaveLength(2 * round);
    }
  });

  test('is said again to whoever opens it again', async () => {
    prohibit();
    const first = await running();
    const end = once(first, 'exit');
    await served.engine.hourly.once();
    first.kill('SIGTERM');
    await end;
    await served.engine.hourly.once();
    const heard = await watching();
    await served.engine.hourly.once();
    await expect.poll(() => heard).toMatchObject([{ news: 'prohibited' }]);
  });

  test('is closed in the next hour where it could not be in this one', async () => {
    const application = await running();
    const end = once(application, 'exit');
    prohibit({ whenProhibited: 'close', closeAfterMinutes: 10 });
    const wait = desk.host.wait.bind(desk.host);
    // During the countdown the rules are lost, and so is the server: nobody can say whether it is prohibited still.
    desk.host.wait = async (ms: number) => {
      await wait(ms);
      if (ms !== 600_000) return;
      await rm(join(desk.state, 'policy.jws'));
      desk.server.interfere = (_request, response) => Boolean(response.destroy());
    };
    await served.engine.hourly.once();
    await served.engine.hourly.closed();
    expect(application.signalCode).toBeNull();
    expect(await readFile(join(desk.state, 'logs', 'client.log'), 'utf8')).toContain(
      'could not be closed: policy.expired',
    );

    desk.host.wait = wait;
    closing(end);
    desk.server.interfere = () => false;
    await served.engine.hourly.once();
    await served.engine.hourly.closed();
    expect(await end).toEqual([null, 'SIGTERM']);
  });

  test('is said also by an engine that was started anew meanwhile', async () => {
    const up = join(desk.folder, 'up');
    const started = desk.run(['start', '--', '/bin/sh', '-c', `touch ${up}; while :; do sleep 0.05; done`]);
    await expect.poll(() => existsSync(up)).toBe(true);
    await served.engine.close();
    await served.serveAgain();
    prohibit({ whenProhibited: 'close', closeAfterMinutes: 1 });
    let status: number | null = null;
    void started.then((ended) => (status = ended.status));
    const round = async () => {
      await served.engine.hourly.once();
      await served.engine.hourly.closed();
      return status;
    };
    await expect.poll(round).toBe(128 + constants.signals.SIGTERM);
  });

  test('is closed by the launcher that started it, too', async () => {
    const up = join(desk.folder, 'up');
    const started = desk.run(['start', '--', '/bin/sh', '-c', `touch ${up}; while :; do sleep 0.05; done`]);
    let status: number | null = null;
    void started.then((ended) => (status = ended.status));
    await expect.poll(() => existsSync(up)).toBe(true);
    prohibit({ whenProhibited: 'close', closeAfterMinutes: 1 });
    // The launcher begins to watch when the application has started: the first round may come before that.
    const round = async () => {
      await served.engine.hourly.once();
      await served.engine.hourly.closed();
      return status;
    };
    await expect.poll(round).toBe(128 + constants.signals.SIGTERM);
    expect((await started).told).toContain('This version is prohibited by your administrator. Code 2028.');
  });
});

describe('before an installation', () => {
  const named = { do: 'update', product: null, updateId: 'up_1', version: '3.23.0', pid: process.pid } as const;

  test('the application is closed, whoever started it, after those who have it open were told', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
    const application = await running();
    const end = once(application, 'exit');
    closing(end, 30_000);
    expect(await served.ask(named)).toEqual({ version: '3.23.0', restartNeeded: false });
    expect((await end)[1]).toBe('SIGTERM');
  });

  test('one that does not close is not ended by force, and nothing is installed', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
    const heard = await watching();
    const application = await running({ stubborn: true });
    const error = await served.ask(named).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ClientError);
    expect(error).toMatchObject({ code: 'application.running' });
    expect(heard).toEqual([{ news: 'closing', because: 'update', version: '3.23.0', inSeconds: 30 }]);
    expect(application.exitCode ?? application.signalCode).toBeNull();
    expect(await served.installed()).toEqual(['3.22.1']);
  });

  test.runIf(isRoot)('one that somebody else has open is not touched', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
    const application = await running({ uid: 65534 });
    const error = await served.ask(named).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({
      code: 'application.open-elsewhere',
      message: expect.stringContaining('in one session of somebody else') as string,
      facts: { sessions: 1 },
    });
    // Nothing went wrong: it is only put off.
    expect(served.reported('up_1')).not.toContain('failed');
    const { status, told } = await desk.run(['update', '--yes']);
    expect(status).toBe(1);
    expect(told).toContain('It can be updated when it is closed there.');
    expect(application.exitCode ?? application.signalCode).toBeNull();
    expect(await served.installed()).toEqual(['3.22.1']);
  });

  test.runIf(isRoot)('nor for whoever says that a process asks which does not live', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    const application = await running({ uid: 65534 });
    for (const pid of [2 ** 22 - 1, 4_194_000_000]) {
      expect(await served.refusal({ ...named, pid })).toBe('application.open-elsewhere');
    }
    expect(application.exitCode ?? application.signalCode).toBeNull();
    expect(await served.installed()).toEqual(['3.22.1']);
  });

  test.runIf(isRoot)('nor one that somebody else opened during the countdown', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    const own = await running();
    let theirs: ChildProcess | null = null;
    const { host } = desk;
    const wait = host.wait.bind(host);
    host.wait = async (ms) => {
      theirs ??= await running({ uid: 65534 });
      await wait(ms);
    };
    expect(await served.refusal(named)).toBe('application.open-elsewhere');
    expect([own, theirs!].map((child) => child.exitCode ?? child.signalCode)).toEqual([null, null]);
    expect(await served.installed()).toEqual(['3.22.1']);
  });

  test.runIf(isRoot)('nor is it without an engine', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    const application = await running({ uid: 65534 });
    await served.engine.close();
    await rm(join(desk.state, 'public'), { recursive: true });
    desk.language = 'pt_BR.UTF-8';
    const { status, told } = await desk.run(['start', '--answer', 'now', '--', '/bin/true']);
    expect(status).toBe(1);
    expect(told).toContain('A atualização foi adiada.');
    expect(told).toContain('O aplicativo está aberto em 1 sessão de outra pessoa nesta máquina.');
    expect(application.exitCode ?? application.signalCode).toBeNull();
    expect(await served.installed()).toEqual(['3.22.1']);
  });
});

describe('in the background', () => {
  test('a required update is not installed while somebody uses the application, nor ever one that is optional', async () => {
    const application = await running();
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1', background: 'install' });
    // In the first round, the workstation draws when its turn to download is.
    await served.engine.hourly.once();
    desk.host.pass(hourMs);
    await served.engine.hourly.once();
    expect(await served.installed()).toEqual(['3.22.1']);
    const end = once(application, 'exit');
    application.kill('SIGKILL');
    await end;
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1', background: 'install' });
    await served.engine.hourly.once();
    expect(await served.installed()).toEqual(['3.22.1']);
    expect(served.reported('up_1').at(-1)).toBe('downloaded');
  });
});
