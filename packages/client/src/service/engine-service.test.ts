// The machine's engine and a launcher over a real socket: what a start asks, what the engine does, and what it refuses.
import { mkdir, readdir, readFile, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { generateSigningKey } from '@usher/trust';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { runClient } from '../cli/cli.ts';
import { serviceLink } from '../launcher/service-link.ts';
import { PipeServer } from '../pipe/pipe-server.ts';
import type { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { engineIn } from './public-folder.ts';

const fresh = contoso('3.23.0');
let desk: ContosoWorkstation;
let served: ServedWorkstation;

beforeEach(async () => {
  served = await ServedWorkstation.create();
  desk = served.desk;
});

const script = ['/bin/sh', '-c', 'exit 9'] as const;
const start = (...options: readonly string[]) => desk.run(['start', ...options, '--', ...script]);
const prohibit = (version: string) => {
  desk.server.policy = { ...desk.server.policy, prohibited: [{ version, reason: 'It leaks.' }] };
};

describe('a start where an engine is installed', () => {
  test('asks it, and starts the application with its exit status', async () => {
    const before = desk.server.checks.length;
    expect(await start()).toMatchObject({ status: 9, told: '' });
    expect(desk.server.checks).toHaveLength(before + 1);
  });

  test('has it install what the person agrees to, and sees how that goes on', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    const { status, told } = await start('--answer', 'now');
    expect({ status, told }).toMatchObject({
      status: 9,
      told: expect.stringContaining('Updated to 3.23.0.') as string,
    });
    for (const stage of ['Downloading', 'Verifying', 'Installing']) expect(told).toContain(stage);
    expect(await served.installed()).toEqual(['3.23.0']);
    expect(new Set(served.reported('up_1'))).toEqual(
      new Set(['offered', 'downloading', 'downloaded', 'installing', 'installed']),
    );
  });

  test('is refused where the update is required and the person does not want it', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    expect(await start('--answer', 'later')).toMatchObject({ status: 20 });
    await expect.poll(() => served.reported('up_1')).toEqual(['offered', 'declined']);
    expect(await served.installed()).toEqual(['3.22.1']);
  });

  test('says in one line why there is no answer, where there is none', async () => {
    await served.engine.close();
    for (const name of ['identity.json', 'identity.copy.json', 'policy.jws']) await rm(join(desk.state, name));
    await served.serveAgain();
    const { status, told } = await start();
    expect({ status, told }).toMatchObject({
      status: 12,
      told: expect.stringMatching(/^usher-client: .*not activated/) as string,
    });
  });

  test('decides by the signed policy itself', async () => {
    prohibit('3.22.1');
    expect(await start()).toMatchObject({ status: 28, told: expect.stringContaining('Code 2028') as string });
  });

  test('ignores the state of another', async () => {
    prohibit('3.22.1');
    const told: string[] = [];
    const status = await runClient({
      args: ['start', '--state', await temporaryFolder(), '--', ...script],
      environment: { LANG: 'en' },
      host: desk.host,
      machineFolder: desk.state,
      terminal: {
        isInteractive: false,
        print: () => undefined,
        tell: (text) => told.push(text),
        readLine: async () => null,
      },
    });
    expect({ status, told: told.join('\n') }).toMatchObject({ status: 28 });
  });

  test('holds though the engine has newer rules by the time at which its answer is looked at', async () => {
    const found = await engineIn(desk.state);
    const link = await serviceLink({ host: desk.host, engine: found!, folder: desk.state, product: null });
    onTestFinished(() => link.close());
    await link.recover(() => undefined);
    // Somebody else starts it on the same machine.
    desk.host.pass(1_000);
    expect(await start()).toMatchObject({ status: 9 });
    expect(await link.check()).toMatchObject({ verdict: { action: 'run' }, facts: { online: true } });
  });

  test('goes by the rules of before where the new ones could not be laid down, and is asked about again after that', async () => {
    expect(await start()).toMatchObject({ status: 9 });
    const inTheWay = join(desk.state, 'public', 'policy.jws.tmp');
    await mkdir(inTheWay);
    desk.host.pass(1_000);
    expect(await start()).toMatchObject({ status: 9 });
    await rm(inTheWay, { recursive: true });
    expect(await served.refusal({ do: 'check', product: null })).toBe('done');
  });

  test("goes by the server's answer where the disk has no room for it, however long that lasts", async () => {
    expect(await start()).toMatchObject({ status: 9 });
    prohibit('3.22.1');
    for (const hours of [0, 400]) {
      desk.host.pass(hours * 3_600_000);
      await symlink('/dev/full', join(desk.state, 'policy.jws.tmp'));
      expect(await start()).toMatchObject({ status: 28 });
    }
    desk.server.status = 'disabled';
    await symlink('/dev/full', join(desk.state, 'policy.jws.tmp'));
    expect(await start()).toMatchObject({ status: 11 });
  });

  test('goes by the last rules where an administrator is at work with the state of the machine', async () => {
    expect(await start()).toMatchObject({ status: 9 });
    const lock = join(desk.state, 'lock');
    await writeFile(lock, JSON.stringify({ pid: desk.host.pid, id: 'somebody else' }));
    const seconds = desk.host.clock.now() / 1000;
    await utimes(lock, seconds, seconds);
    const starting = start();
    await expect.poll(() => served.ask({ do: 'status' })).toMatchObject({ busyWith: 'check' });
    desk.host.pass(31_000);
    expect(await starting).toMatchObject({ status: 9 });
  });

  test('finds an engine with a new key where its own was damaged', async () => {
    await served.engine.close();
    const path = join(desk.state, 'engine-key.json');
    await writeFile(path, (await readFile(path, 'utf8')).replace(/("secret": ").{9}/, '$1'));
    await served.serveAgain();
    expect(await start()).toMatchObject({ status: 9, told: '' });
    expect(await readdir(desk.state)).toContain('engine-key.json.damaged-1');
  });

  test('goes by the last rules while the client is being replaced, and by none once it was removed', async () => {
    expect(await start()).toMatchObject({ status: 9 });
    prohibit('3.22.1');
    expect(await start()).toMatchObject({ status: 28 });
    await served.engine.close();
    const run = () => Promise.resolve({ exitCode: 0, timedOut: false, stdout: Buffer.alloc(0) });
    Object.assign(desk.host, { run, systemRoot: 'C:\\Windows' });
    expect(await desk.run(['service', 'remove', '--replaced'])).toMatchObject({ status: 0 });
    expect(await engineIn(desk.state)).not.toBeNull();
    expect(await desk.run(['service', 'remove'])).toMatchObject({ status: 0 });
    expect(await engineIn(desk.state)).toBeNull();
  });

  test('is not done in one process where the file that names the engine was damaged', async () => {
    await writeFile(join(desk.state, 'public', 'engine.json'), 'nothing');
    const before = desk.server.checks.length;
    const { status, told } = await start();
    expect({ status, told }).toMatchObject({ status: 40, told: expect.stringContaining('does not answer') as string });
    expect(desk.server.checks).toHaveLength(before);
  });
});

describe('a person without rights', () => {
  test('sees how the engine is, and by which rules the machine goes', async () => {
    await start();
    const before = desk.server.checks.length;
    const { status, printed } = await desk.run(['status', '--json']);
    expect(status).toBe(0);
    expect(JSON.parse(printed)).toMatchObject({
      activated: true,
      workstationId: 'ws_1',
      engine: 'idle',
      installedVersion: '3.22.1',
    });
    expect(desk.server.checks).toHaveLength(before);
    await served.engine.close();
    expect((await desk.run(['status'])).printed).toContain('engine: The Usher engine on this machine does not answer.');
  });

  test('can ask what a start would do', async () => {
    prohibit('3.22.1');
    const { status, printed } = await desk.run(['check', '--json']);
    expect({ status, found: JSON.parse(printed) as object }).toMatchObject({
      status: 28,
      found: { online: true, verdict: { code: 2028 } },
    });
  });
});

describe('an engine that is down', () => {
  test('locks nobody out where the last signed policy lets the version run, and says so', async () => {
    await start();
    await served.engine.close();
    const { status, told } = await start();
    expect({ status, told }).toMatchObject({
      status: 9,
      told: expect.stringContaining('The Usher engine on this machine does not answer. The rules of') as string,
    });
  });

  test('lets no prohibited version run', async () => {
    prohibit('3.22.1');
    await start();
    await served.engine.close();
    expect(await start()).toMatchObject({ status: 28 });
  });

  test('installs nothing; an update that is required and here already is still required', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1', background: 'download' });
    await start();
    await served.engine.hourly.once();
    desk.host.pass(3_600_000);
    await served.engine.hourly.once();
    await served.engine.close();
    const { status, told } = await start('--answer', 'now');
    expect({ status, told }).toMatchObject({ status: 1, told: expect.stringContaining('engine.silent') as string });
    expect(await served.installed()).toEqual(['3.22.1']);
  });

  test('is told from an impostor in its place, who is not believed', async () => {
    prohibit('3.22.1');
    await start();
    const found = await engineIn(desk.state);
    await served.engine.close();
    const impostor = new PipeServer({
      host: desk.host,
      log: { info: () => undefined, warn: () => undefined },
      key: generateSigningKey((length) => desk.host.random(length)),
      secret: found!.secret,
      handle: async () => ({ anything: true }),
    });
    await impostor.listen(found!.address);
    onTestFinished(() => impostor.close());
    const { status, told } = await start();
    expect({ status, told }).toMatchObject({
      status: 28,
      told: expect.stringContaining('Another program answers in the place of the Usher engine') as string,
    });
    expect(await served.refusal({ do: 'status' })).toBe('engine.impostor');
  });
});
