// Tests of answers that come late: an alert that was left open, and what happened on the machine meanwhile.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const fresh = contoso('3.23.0');
const old = contoso('3.22.1');
const minute = 60_000;
const week = 7 * 24 * 60 * minute;
const application = ['--', '/bin/sh', '-c', 'exit 7'];
const start = ['start', '--ui', 'terminal', ...application];

let desk: ContosoWorkstation;
/** An offer that ends so long from now. */
const offerFor = (ms: number) => {
  const cutoffAt = new Date(desk.host.clock.now() + ms).toISOString();
  desk.server.assign(fresh, { requirement: 'optional', cutoffAt });
};
/** After so long, and what else happens until then, the person chooses. */
const after = (ms: number, choice: string, meanwhile: () => unknown = () => undefined) => {
  return async () => {
    desk.host.pass(ms);
    await meanwhile();
    return choice;
  };
};
const prohibit = () => {
  desk.server.policy = { ...desk.server.policy, prohibited: [{ version: '3.22.1', reason: 'It leaks.' }] };
};
const [update, later, exit] = ['1', '2', '2'];

describe.each([
  ['in one process', () => ContosoWorkstation.withOldVersion()],
  ['where an engine is installed', async () => (await ServedWorkstation.create()).desk],
])('an alert that is left open, %s', (_where, create) => {
  beforeEach(async () => {
    desk = await create();
    offerFor(5 * minute);
  });

  it('takes "not now" up to the cut-off, and asks for what is required after it', async () => {
    expect(await desk.run(start, [after(4 * minute, later)])).toMatchObject({ status: 7 });
    offerFor(minute);
    const { status, told } = await desk.run(start, [after(2 * minute, later), exit]);
    expect({ status, told }).toMatchObject({
      status: 20,
      told: expect.stringContaining('It was required from') as string,
    });
    const reported = ['offered', 'deferred', 'offered', 'offered', 'declined'];
    await expect.poll(() => desk.server.reportedStates).toEqual(reported);
  });

  it('does not start what became prohibited meanwhile', async () => {
    desk.server.policy = {};
    desk.server.assign(fresh);
    const { status, told } = await desk.run(start, [after(week, later, prohibit), exit]);
    expect({ status, told }).toMatchObject({ status: 28, told: expect.stringContaining('Code 2028') as string });
  });

  it('takes "not now" a week later where the same is offered still', async () => {
    desk.server.assign(fresh);
    expect(await desk.run(start, [after(week, later)])).toMatchObject({ status: 7 });
    await expect.poll(() => desk.server.reportedStates).toEqual(['offered', 'deferred']);
  });

  it('installs nothing that is not planned any more by the time at which it is wanted', async () => {
    const { status } = await desk.run(start, [
      after(minute, update, () => (desk.server.policy = { ...desk.server.policy, assignment: null })),
    ]);
    expect(status).toBe(7);
    expect(desk.server.reportedStates).not.toContain('downloading');
  });

  it('asks anew where another update is planned by then', async () => {
    const other = () => desk.server.assign(fresh, { updateId: 'up_2' });
    const { status, told } = await desk.run(start, [after(minute, update, other), later]);
    expect(status).toBe(7);
    expect(told.match(/Version 3\.23\.0 is available/g)).toHaveLength(2);
    expect(desk.server.reportedStates).not.toContain('downloading');
  });

  it('updates where it has become required by the time at which it is wanted', async () => {
    expect(await desk.run(start, [after(6 * minute, update)])).toMatchObject({
      status: 7,
      told: expect.stringContaining('Updated to 3.23.0.') as string,
    });
  });

  it('does not continue with the old version, after a failure, once that may not run any more', async () => {
    desk.server.interfere = (request, response) => {
      const isInstaller = request.url?.includes('/installers/') === true;
      if (isInstaller) response.writeHead(404).end();
      return isInstaller;
    };
    const failed = [update, after(1_000, '3')];
    expect(await desk.run(start, failed)).toMatchObject({ status: 7 });
    offerFor(5 * minute);
    const { status, told } = await desk.run(start, [update, after(6 * minute, '3'), exit]);
    expect({ status, told }).toMatchObject({
      status: 20,
      told: expect.stringContaining('It was required from') as string,
    });
  });

  it('holds for an update without a start, too', async () => {
    const { status, told } = await desk.run(['update'], [after(minute, later, prohibit), exit]);
    expect({ status, told }).toMatchObject({ status: 28, told: expect.stringContaining('Code 2028') as string });
    desk.server.policy = {};
    offerFor(5 * minute);
    const withdraw = () => (desk.server.policy = {});
    expect(await desk.run(['update'], [after(minute, update, withdraw)])).toMatchObject({
      status: 0,
      printed: expect.stringContaining('no update is planned') as string,
    });
    expect(desk.server.reportedStates).not.toContain('downloading');
  });

  it('keeps nobody else from starting, who may update meanwhile', async () => {
    const others: number[] = [];
    const startOther = async () => {
      others.push((await desk.run(['start', '--answer', 'later', ...application])).status);
      others.push((await desk.run(['start', '--answer', 'now', ...application])).status);
    };
    expect(await desk.run(start, [after(1_000, update, startOther)])).toMatchObject({ status: 7 });
    expect(others).toEqual([7, 7]);
    const installed = desk.server.reportedStates.filter((state) => state === 'installed');
    expect(installed).toHaveLength(1);
  });
});

describe('an alert that is left open while another start is interrupted', () => {
  it('has that finished before anything else is done', async () => {
    desk = await ContosoWorkstation.withOldVersion();
    desk.server.assign(fresh);
    const { state, product } = await desk.open();
    const interrupted = async () => {
      const [target] = (await state.cacheIndex.read())!.packages;
      const startedAt = '2026-11-22T08:00:00.000Z';
      const journal = { updateId: 'up_0', target: target!, before: null, wayBack: [], step: null, startedAt } as const;
      await product.journal.write({ format: 1, phase: 'changing', ...journal });
    };
    const { status, told } = await desk.run(start, [after(1_000, later, interrupted), later]);
    expect({ status, told }).toMatchObject({
      status: 7,
      told: expect.stringContaining(old.entry.facts.version) as string,
    });
    expect(await product.journal.read()).toBeNull();
    expect(await readFile(join(desk.state, 'logs', 'client.log'), 'utf8')).toContain('was interrupted');
  });
});
