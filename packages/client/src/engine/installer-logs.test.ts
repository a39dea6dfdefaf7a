// Tests of how many logs of installers stay: enough to look into what happened, and no more.
import { readdir, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { installerLogOf, noteFailure } from './installer-logs.ts';

it('keeps the newest ten logs of updates and that of the last failure, and every other file', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  const engine = await workstation.open();
  const { logs } = engine.state;
  for (let hour = 1; hour <= 14; hour += 1) {
    const path = installerLogOf(engine, `up_old${hour}`);
    await writeFile(path, 'as it went');
    await utimes(path, hour * 3_600, hour * 3_600);
  }
  await writeFile(join(logs, 'recovery.log'), 'as it went');
  await noteFailure(engine, installerLogOf(engine, 'up_old2'));
  workstation.server.assign(contoso('3.23.0'), { updateId: 'up_new' });
  expect(await workstation.run(['update', '--yes'])).toMatchObject({ status: 0 });
  // With those of the two updates that were carried out here.
  const kept = ['up_new', 'up_0', ...[14, 13, 12, 11, 10, 9, 8, 7].map((hour) => `up_old${hour}`), 'up_old2'];
  const names = [...kept.map((id) => `install-${id}.log`), 'recovery.log', 'last-failure', 'client.log'];
  expect((await readdir(logs)).sort()).toEqual(names.sort());
});

it('remembers the log of an update that failed', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  workstation.driver = {
    installed: () => Promise.resolve([]),
    install: async ({ logFile }) => {
      await writeFile(logFile, 'as it went');
      return { exitCode: 1603 };
    },
    remove: () => Promise.resolve({ exitCode: 0 }),
    trouble: () => Promise.resolve(null),
  };
  workstation.server.assign(contoso('3.23.0'), { updateId: 'up_new', requirement: 'mandatory' });
  await workstation.run(['update', '--yes']);
  expect(await readdir(join(workstation.state, 'logs'))).toContain('last-failure');
});
