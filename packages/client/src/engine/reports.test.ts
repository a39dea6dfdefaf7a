// Tests of the queue of reports: what waits is told in its order, whatever becomes of the numbers.
import { writeFile } from 'node:fs/promises';
import { beforeEach, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import type { Engine } from './engine.ts';
import { sendReports } from './reporting.ts';

let workstation: ContosoWorkstation;
let engine: Engine;
beforeEach(async () => {
  workstation = await ContosoWorkstation.withOldVersion();
  engine = await workstation.open();
});

it.each([
  ['goes on', '2026-11-22T08:00:00.000Z'],
  ['was set back', '2026-11-20T08:00:00.000Z'],
  ['has come to the same instant again', '2026-11-22T07:59:59.999Z'],
])('what waits is told first, and nothing is lost, where the numbers were and the clock %s', async (_how, now) => {
  const { reports, state } = engine;
  for (const updateId of ['up_1', 'up_2']) await reports.add({ updateId, state: 'offered' });
  await writeFile(state.counters.path, '{');
  workstation.host.setClock(now);
  for (const updateId of ['up_3', 'up_4']) await reports.add({ updateId, state: 'offered' });
  await sendReports(engine);
  const told = workstation.server.reports;
  expect(told.map(({ updateId }) => updateId)).toEqual(['up_1', 'up_2', 'up_3', 'up_4']);
  const numbers = told.map(({ seq }) => Number(seq));
  expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
});
