// Tests of the queue of reports: what waits is told in its order, whatever becomes of the numbers.
import { readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';
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

describe('the number of an attempt that was lost with the others', () => {
  const lose = () => writeFile(engine.state.counters.path, '{');
  const attempts = () => workstation.server.reports.map(({ attempt }) => attempt ?? null);

  it('is that of what waits to be told of the same update', async () => {
    const { reports } = engine;
    for (const state of ['failed', 'failed', 'offered'] as const) await reports.add({ updateId: 'up_1', state });
    await lose();
    await reports.add({ updateId: 'up_1', state: 'failed' });
    await reports.add({ updateId: 'up_1', state: 'offered' });
    await sendReports(engine);
    expect(attempts()).toEqual([1, 2, 3, 3, 4]);
  });

  it('is left to the server where nothing waits, and counted here all the same', async () => {
    const { reports } = engine;
    for (const updateId of ['up_1', 'up_1']) await reports.add({ updateId, state: 'failed' });
    await sendReports(engine);
    await lose();
    for (const state of ['failed', 'offered'] as const) await reports.add({ updateId: 'up_1', state });
    await sendReports(engine);
    expect(attempts()).toEqual([1, 2, null, null]);
    expect(await reports.attempt('up_1')).toBe(2);
  });

  it('is the first where nothing was ever told', async () => {
    await engine.reports.add({ updateId: 'up_1', state: 'offered' });
    await sendReports(engine);
    expect(attempts()).toEqual([1]);
  });
});

describe('what the disk has no room for', () => {
  const choice = { do: 'choice', product: null, updateId: 'up_1' } as const;
  const full = () => symlink('/dev/full', join(workstation.state, 'queue', 'counters.json.tmp'));
  let served: ServedWorkstation;
  beforeEach(async () => {
    served = await ServedWorkstation.of(workstation);
    workstation.server.assign(contoso('3.23.0'), { requirement: 'optional', updateId: 'up_1' });
    await served.ask({ do: 'check', product: null });
  });

  it('is told by the engine as long as that runs, each thing once, in order', async () => {
    workstation.server.interfere = (_request, response) => (response.destroy(), true);
    for (const state of ['offered', 'deferred'] as const) {
      await full();
      await served.ask({ ...choice, state });
    }
    workstation.server.interfere = () => false;
    await full();
    for (const _time of [1, 2]) await served.engine.hourly.once();
    expect(served.reported('up_1')).toEqual(['offered', 'deferred']);
    const numbers = workstation.server.reports.map(({ seq }) => Number(seq));
    expect(numbers).toEqual([...new Set(numbers)].sort((a, b) => a - b));
  });

  it('keeps its place among the attempts', async () => {
    const { reports, state } = engine;
    for (const _time of [1, 2]) {
      await full();
      await reports.add({ updateId: 'up_9', state: 'failed' });
      await full();
      await sendReports(engine);
    }
    await reports.add({ updateId: 'up_9', state: 'failed' });
    await sendReports(engine);
    const told = workstation.server.reports.filter(({ updateId }) => updateId === 'up_9');
    expect(told.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect((await state.counters.read())?.attempts).toMatchObject({ up_9: 4 });
  });

  it('is told a hundred at a time', async () => {
    for (let number = 0; number < 130; number += 1) {
      await full();
      await engine.reports.add({ updateId: `up_${number}`, state: 'offered' });
    }
    await full();
    await sendReports(engine);
    expect(workstation.server.reports.map(({ updateId }) => updateId)).toEqual(
      Array.from({ length: 130 }, (_, number) => `up_${number}`),
    );
  });

  it('is on the disk as soon as there is room, and told after an end of the engine', async () => {
    workstation.server.interfere = (_request, response) => (response.destroy(), true);
    await full();
    await served.ask({ ...choice, state: 'offered' });
    await served.ask({ ...choice, state: 'deferred' });
    const names = await readdir(join(workstation.state, 'queue'));
    expect(names.filter((name) => /^\d+\.json$/.test(name))).toHaveLength(2);
    workstation.server.interfere = () => false;
    await served.engine.close();
    await served.serveAgain();
    await served.engine.hourly.once();
    expect(served.reported('up_1')).toEqual(['offered', 'deferred']);
  });

  it('is not told of a workstation that this one is not any more', async () => {
    workstation.server.interfere = (_request, response) => (response.destroy(), true);
    await full();
    await served.ask({ ...choice, state: 'offered' });
    const { state } = await workstation.open();
    const identity = await state.identity.read();
    if (identity === null) throw new Error('It has no identity.');
    for (const file of [state.identity, state.identityCopy]) await file.write({ ...identity, workstationId: 'ws_2' });
    workstation.server.interfere = () => false;
    await served.engine.hourly.once();
    expect(served.reported('up_1')).toEqual([]);
  });
});
