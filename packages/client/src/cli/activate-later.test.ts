// Tests of an activation whose server does not answer: the installation of a fleet must not fail for that.
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { keptChoices } from '../engine/kept-key.ts';
import { StateFolder } from '../state/state-folder.ts';
import { serve } from '../service/serve.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { refuse } from '../test-support/stand-in-server.ts';

/** A machine whose server answers every activation so, for as long as that is wanted. */
async function refused(status: number, code: string, number?: number) {
  const workstation = await ContosoWorkstation.fresh();
  workstation.server.interfere = (request, response) => {
    const isActivation = request.url?.endsWith('/activate') === true;
    if (isActivation) refuse(response, status, code, number);
    return isActivation;
  };
  return { workstation, keptKey: join(workstation.state, 'installation.key') };
}

it('keeps the key where the server does not answer, and activates at the next start', async () => {
  const { workstation, keptKey } = await refused(503, 'server.busy');
  const { key } = workstation.server;
  const kept = await workstation.run(['activate', '--later', '--key', `${key}\n`]);
  expect(kept).toMatchObject({ status: 0, told: expect.stringContaining('The key is kept') as string });
  expect(await readFile(keptKey, 'utf8')).toBe(key);
  expect((await stat(keptKey)).mode & 0o077).toBe(0);
  expect(await workstation.run(['check'])).toMatchObject({ status: 12 });

  workstation.server.interfere = () => false;
  expect((await workstation.run(['check'])).status).not.toBe(12);
  expect(workstation.server.activations).toHaveLength(1);
  await expect(stat(keptKey)).rejects.toThrow('ENOENT');
  expect((await readFile(join(workstation.state, 'identity.json'), 'utf8')).includes(key)).toBe(false);
});

it('activates then with what was asked for along with the key', async () => {
  const { workstation, keptKey } = await refused(503, 'server.busy');
  const { key } = workstation.server;
  const upgradeCode = '{6F2C1A58-4B0E-4E0C-9D55-0C3F5B7B1A11}';
  const choices = ['--product', upgradeCode, '--unpack-into', workstation.applications];
  expect(await workstation.run(['activate', '--later', '--key', key, ...choices])).toMatchObject({ status: 0 });
  const state = new StateFolder(workstation.state, () => undefined);
  expect(await keptChoices(state)).toEqual({ product: upgradeCode, unpackInto: workstation.applications });
  workstation.server.interfere = () => false;
  await workstation.run(['check']);
  expect(workstation.server.activations).toMatchObject([{ product: upgradeCode }]);
  expect(JSON.parse(await readFile(join(workstation.state, 'settings.json'), 'utf8'))).toMatchObject({
    product: upgradeCode,
    unpackInto: workstation.applications,
  });
  for (const path of [keptKey, join(workstation.state, 'activation-choices.json')]) {
    await expect(stat(path)).rejects.toThrow('ENOENT');
  }
});

it('activates when the engine starts, and has its rules then', async () => {
  const { workstation, keptKey } = await refused(503, 'server.busy');
  const { server, host, state } = workstation;
  await workstation.run(['activate', '--later', '--key', server.key]);
  const engine = await serve({ host, folder: state, isMachineWide: false, runtimeFolder: null });
  const working = engine.hourly.run();
  try {
    // The server is there again after some of the engine's attempts.
    await expect.poll(() => host.waits.length).toBeGreaterThan(2);
    expect(new Set(host.waits)).toEqual(new Set([5 * 60_000]));
    expect(server.activations).toEqual([]);
    server.interfere = () => false;
    await expect.poll(() => server.checks.length).toBeGreaterThan(0);
    expect(server.activations).toHaveLength(1);
    await expect(stat(keptKey)).rejects.toThrow('ENOENT');
  } finally {
    await engine.close();
    await working;
  }
});

it('fails at once for what is no key, and for one that the server refuses', async () => {
  const { workstation, keptKey } = await refused(403, 'key.not-valid', 1004);
  const { key } = workstation.server;
  for (const text of [key, key.replace(/.$/, '!'), join(workstation.folder, 'no-such-file')]) {
    expect(await workstation.run(['activate', '--later', '--key', text])).toMatchObject({ status: 12 });
    await expect(stat(keptKey)).rejects.toThrow('ENOENT');
  }
});

it('forgets a kept key that the server refuses', async () => {
  const { workstation, keptKey } = await refused(503, 'server.busy');
  await workstation.run(['activate', '--later', '--key', workstation.server.key]);
  workstation.server.interfere = (_request, response) => {
    refuse(response, 403, 'key.not-valid', 1004);
    return true;
  };
  expect(await workstation.run(['check'])).toMatchObject({ status: 12 });
  await expect(stat(keptKey)).rejects.toThrow('ENOENT');
});

it('keeps no key on a machine that is a workstation of that server already', async () => {
  const workstation = await ContosoWorkstation.activated();
  const { key } = workstation.server;
  await workstation.server.stop();
  const { status, told } = await workstation.run(['activate', '--later', '--key', key]);
  expect({ status, told }).toEqual({
    status: 0,
    told: expect.stringContaining('This machine stays the workstation ws_1.') as string,
  });
  await expect(stat(join(workstation.state, 'installation.key'))).rejects.toThrow('ENOENT');
});
