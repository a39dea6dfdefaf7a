// Tests of the library call: an application asks at its own start.
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { ClientError, createClient } from './index.ts';
import { ContosoWorkstation } from './test-support/contoso-workstation.ts';
import { contoso } from './test-support/stand-in-server.ts';

const old = contoso('3.22.1');

describe('checkAtStart', () => {
  it('gives the verdict, from the server or from the last policy', async () => {
    const workstation = await ContosoWorkstation.activated();
    workstation.server.publish([old]);
    workstation.server.assign(old, { requirement: 'mandatory' });
    const client = createClient({ state: workstation.state, host: workstation.host });
    expect(await client.checkAtStart()).toMatchObject({ verdict: { action: 'require' }, online: true });
    await workstation.run(['update', '--yes']);
    await workstation.server.stop();
    expect(await client.checkAtStart()).toMatchObject({
      verdict: { action: 'run' },
      online: false,
      installedVersion: '3.22.1',
    });
  });

  it('fails with 1005 where the machine is not activated', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const client = createClient({ state: workstation.state, host: workstation.host });
    await expect(client.checkAtStart()).rejects.toMatchObject({ code: 'workstation.not-activated', exitStatus: 12 });
  });

  it('gives an application with an alert of its own the words for a failure, in the language that it names', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const client = createClient({ state: workstation.state, host: workstation.host, language: 'es' });
    const failure = await client.checkAtStart().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ClientError);
    expect(client.alertOf(failure as ClientError)).toMatchObject({
      kind: 'refused',
      title: expect.stringContaining('no está activada') as string,
      choices: [{ label: 'Copiar detalles' }, { label: 'Salir' }],
    });
  });
});

describe('passStart', () => {
  const fresh = contoso('3.23.0');
  const offered = async (requirement: 'optional' | 'mandatory' = 'optional') => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.server.assign(fresh, { requirement });
    const { state, host } = workstation;
    return { workstation, client: (program: [string, ...string[]]) => createClient({ state, host, program }) };
  };
  const nobody: [string] = ['/nowhere/usher-client'];

  it('goes on where the person says "not now", which is reported', async () => {
    const { workstation, client } = await offered();
    const told: string[] = [];
    const passage = await client(nobody).passStart({
      ask: (alert) => {
        told.push(alert.title);
        return Promise.resolve('later');
      },
    });
    expect(passage).toMatchObject({ goesOn: true, answer: { installedVersion: '3.22.1' } });
    expect(told).toEqual(['Version 3.23.0 is available. You have 3.22.1.']);
    expect(workstation.server.reportedStates).toEqual(['offered', 'deferred']);
  });

  it('takes nothing from an alert that the rules do not offer', async () => {
    const { workstation, client } = await offered('mandatory');
    const passage = await client(nobody).passStart({ ask: () => Promise.resolve('later') });
    expect(passage).toMatchObject({ goesOn: false, because: 'refused', exitStatus: 20 });
    expect(workstation.server.reportedStates).toEqual(['offered', 'declined']);
    workstation.server.policy = { prohibited: [{ version: '3.22.1', reason: 'no' }], assignment: null };
    const refused = await client(nobody).passStart({ ask: () => Promise.resolve('update') });
    expect(refused).toMatchObject({ goesOn: false, because: 'refused', exitStatus: 28 });
  });

  it('does not take "not now" for a leave where the rules say otherwise by then', async () => {
    const { workstation, client } = await offered();
    const cutoffAt = '2026-11-22T08:01:00.000Z';
    workstation.server.assign(fresh, { cutoffAt });
    const late = (ms: number) => ({
      ask: () => {
        workstation.host.pass(ms);
        return Promise.resolve('later' as const);
      },
    });
    expect(await client(nobody).passStart(late(5_000))).toMatchObject({ goesOn: true });
    expect(await client(nobody).passStart(late(30_000))).toMatchObject({ goesOn: true });
    expect(await client(nobody).passStart(late(30_000))).toMatchObject({
      goesOn: false,
      because: 'refused',
      exitStatus: 20,
      answer: { verdict: { reason: 'cutoff-passed' }, alert: { kind: 'required' } },
    });
    workstation.server.policy = { assignment: null };
    expect(await client(nobody).checkAtStart()).toMatchObject({ verdict: { action: 'run' } });
    expect(workstation.server.reportedStates).toEqual([
      ...['offered', 'deferred', 'offered', 'deferred', 'offered', 'declined'],
    ]);
  });

  it('lets others start the application while the person has not answered', async () => {
    const { workstation, client } = await offered();
    const other: number[] = [];
    const ask = async () => {
      const { status } = await workstation.run(['start', '--answer', 'now', '--', '/bin/sh', '-c', 'exit 7']);
      other.push(status);
      return 'later' as const;
    };
    expect(await client(nobody).passStart({ ask })).toMatchObject({
      goesOn: true,
      answer: { installedVersion: '3.23.0', verdict: { action: 'run' } },
    });
    expect(other).toEqual([7]);
  });

  it('does not ask again where the launcher asked about this very update just now', async () => {
    const { client } = await offered();
    const ask = () => Promise.reject(new Error('asked'));
    vi.stubEnv('USHER_ASKED', 'up_1');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await client(nobody).passStart({ ask })).toMatchObject({ goesOn: true });
    vi.stubEnv('USHER_ASKED', 'up_0');
    await expect(client(nobody).passStart({ ask })).rejects.toThrow('asked');
  });

  it('asks in a required update all the same', async () => {
    const { client } = await offered('mandatory');
    vi.stubEnv('USHER_ASKED', 'up_1');
    onTestFinished(() => void vi.unstubAllEnvs());
    expect(await client(nobody).passStart({ ui: 'none' })).toMatchObject({ goesOn: false, exitStatus: 20 });
  });

  it('says so where the client that would install is not there, with the state let go', async () => {
    const { workstation, client } = await offered();
    const chosen = { ask: () => Promise.resolve('update' as const) };
    await expect(client(nobody).passStart(chosen)).rejects.toMatchObject({ code: 'client.not-started' });
    expect(await workstation.run(['check'])).toMatchObject({ status: 0 });
  });

  it('hands over what was interrupted, and asks nothing', async () => {
    const { workstation, client } = await offered();
    const { state, product } = await workstation.open();
    const [target] = (await state.cacheIndex.read())!.packages;
    const startedAt = '2026-11-22T08:00:00.000Z';
    const journal = { updateId: 'up_1', target: target!, before: null, wayBack: [], step: null, startedAt } as const;
    await product.journal.write({ format: 1, phase: 'prepared', ...journal });
    const ask = () => Promise.reject(new Error('asked'));
    expect(await client(['/bin/true']).passStart({ ask })).toEqual({ goesOn: false, because: 'update', exitStatus: 0 });
  });
});
