// Tests of the library call: an application asks at its own start.
import { describe, expect, it } from 'vitest';
import { createClient } from './index.ts';
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
});
