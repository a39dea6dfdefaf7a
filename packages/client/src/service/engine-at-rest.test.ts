// Tests of what is refused while the machine's engine runs, and of what is left of its word where it does not.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { serve, type RunningEngine } from './serve.ts';

let desk: ContosoWorkstation;
let engine: RunningEngine;

async function runEngine(): Promise<RunningEngine> {
  const started = await serve({ host: desk.host, folder: desk.state, isMachineWide: false, runtimeFolder: null });
  onTestFinished(() => started.close());
  return started;
}

beforeEach(async () => {
  desk = await ContosoWorkstation.withOldVersion();
  engine = await runEngine();
  await desk.run(['check']);
});

const shown = async () => JSON.parse((await desk.run(['status', '--json'])).printed) as Record<string, unknown>;

describe('while the engine runs', () => {
  test.each([
    ['prepare-image', () => ['prepare-image', '--key', desk.server.key], 'service remove'],
    ['deactivate', () => ['deactivate'], 'systemctl stop usher-client'],
  ])('%s is refused, and touches nothing', async (_name, args, stop) => {
    const { status, told } = await desk.run(args());
    expect({ status, told }).toEqual({
      status: 1,
      told: expect.stringMatching(
        new RegExp(`engine runs.*Stop it first: .*${stop}.*process ${desk.host.pid}`),
      ) as string,
    });
    await stat(engine.address);
    expect(await readdir(desk.state)).not.toContain('installation.key');
    expect(await shown()).toMatchObject({ activated: true, engine: 'idle' });
  });

  test('the removal of the service says that one which was started by hand goes on', async () => {
    const run = () => Promise.resolve({ exitCode: 0, timedOut: false, stdout: Buffer.alloc(0) });
    Object.assign(desk.host, { run, systemRoot: 'C:\\Windows' });
    const remove = () => desk.run(['service', 'remove']);
    expect(await remove()).toMatchObject({
      status: 0,
      told: `An engine that was started by hand still runs (process ${desk.host.pid}). End it: taskkill /F /PID ${desk.host.pid}.`,
    });
    await engine.close();
    expect(await remove()).toMatchObject({ status: 0, told: '' });
  });
});

describe('where the engine was stopped', () => {
  test('nobody is told of a workstation that was deactivated, also when the engine runs again', async () => {
    await engine.close();
    expect(await shown()).toMatchObject({ activated: true });
    expect(await desk.run(['deactivate'])).toMatchObject({ status: 0 });
    expect(await shown()).toMatchObject({ activated: false, workstationId: null });
    expect(await readdir(join(desk.state, 'public'))).not.toContain('policy.jws');
    await runEngine();
    await desk.run(['check']);
    expect(await shown()).toMatchObject({ activated: false, workstationId: null, engine: 'idle' });
  });

  test('an image can be prepared', async () => {
    await engine.close();
    expect(await desk.run(['prepare-image', '--key', desk.server.key])).toMatchObject({ status: 0 });
    expect(await readdir(desk.state)).not.toContain('engine.lock');
    expect(await shown()).toMatchObject({ activated: false });
  });
});
