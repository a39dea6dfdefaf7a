// Tests of the alarms of a machine: told to the server once a day, in order with everything else.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { sendReports } from './reporting.ts';

const unseen = { alarm: 'copies-unseen', detail: 'There is no PowerShell.' } as const;

it('are told once a day, however often they are raised, and through a restart', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  for (const passed of [0, 3_600_000, 86_400_000]) {
    workstation.host.pass(passed);
    const engine = await workstation.open();
    await engine.reports.addAlarm(unseen);
    await sendReports(engine);
    await engine.reports.addAlarm(unseen);
    await sendReports(engine);
  }
  expect(workstation.server.alarms).toMatchObject([unseen, unseen]);
});

it('wait on the disk while the server is away; a long one is cut', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  const engine = await workstation.open();
  await engine.reports.addAlarm({ alarm: 'state-set-aside', detail: 'x'.repeat(2_000) });
  expect(await engine.reports.length()).toBe(1);
  await sendReports(await workstation.open());
  expect(workstation.server.alarms).toMatchObject([{ alarm: 'state-set-aside', detail: 'x'.repeat(500) }]);
  expect(await engine.reports.length()).toBe(0);
});

it('are noted in the log, and counted from the counters of a client of before', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  const path = join(workstation.state, 'queue', 'counters.json');
  const { alarms: _none, ...before } = JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>;
  await writeFile(path, JSON.stringify(before));
  const engine = await workstation.open();
  await engine.reports.addAlarm(unseen);
  expect(await readFile(join(workstation.state, 'logs', 'client.log'), 'utf8')).toContain(
    'alarm copies-unseen: There is',
  );
});
