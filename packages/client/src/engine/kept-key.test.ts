// Tests of an installation key that waits: it makes one workstation of the machine, and then it is gone.
import { readdir } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { StateFolder } from '../state/state-folder.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { KeptFolder } from '../test-support/kept-state.ts';
import { untilKilled } from '../test-support/mortal-disk.ts';
import { keepKey } from './kept-key.ts';
import { ClientError } from '../client-error.ts';

it('is gone once the machine is a workstation, whenever the client died while it became one', async () => {
  const workstation = await ContosoWorkstation.fresh(new Date().toISOString());
  const { host, server, folder } = workstation;
  const state = new StateFolder(workstation.state, () => undefined);
  await state.prepare();
  const log = { info: () => undefined, warn: () => undefined };
  const because = new ClientError('server.unreachable', 'It was not there.');
  await keepKey(state, { key: server.key, product: null, unpackInto: null }, because, log);
  const kept = await KeptFolder.of(folder);
  const dyingAt = async (moment: number) => {
    await kept.restore();
    host.pid += 1;
    host.pass(10_000);
    return await untilKilled(moment, () => workstation.run(['check']));
  };
  const { places } = await dyingAt(Infinity);
  const first = places.findLastIndex((path) => path.includes('settings.json'));
  const last = places.findLastIndex((path) => path.includes('activation-choices.json'));
  expect(last).toBeGreaterThan(first);
  for (let moment = first + 1; moment <= last + 1; moment += 1) {
    expect((await dyingAt(moment)).result).toBe('killed');
    host.pid += 1;
    host.pass(10_000);
    await workstation.run(['check']);
    const names = await readdir(workstation.state);
    expect({ moment, isThere: names.includes('identity.json') }).toEqual({ moment, isThere: true });
    expect({ moment, isLeft: names.includes('installation.key') }).toEqual({ moment, isLeft: false });
  }
  // All of them with the same key pair: one workstation.
  expect(new Set(server.activations.map(({ machineId }) => machineId)).size).toBe(1);
});
