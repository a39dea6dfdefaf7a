// Tests of a workstation that goes over to another server, or to none: nothing that the old one said stays in the way.
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateFolder } from '../state/state-folder.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { KeptFolder } from '../test-support/kept-state.ts';
import { untilKilled } from '../test-support/mortal-disk.ts';
import { contoso, type StandInServer } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const run9 = ['--', '/bin/sh', '-c', 'exit 9'];
const leak = { version: '3.22.1', reason: 'It leaks.' };

/** A workstation with two products' states, and another server, with a root of its own, which knows the first by another id. */
async function between(): Promise<{ workstation: ContosoWorkstation; other: StandInServer }> {
  const workstation = await ContosoWorkstation.withOldVersion();
  expect(await workstation.run(['start', ...run9])).toMatchObject({ status: 9 });
  const { state, product } = await workstation.open();
  const further = state.product('pr_2');
  await further.prepare();
  await further.known.write({ id: 'pr_2', name: 'Another', upgradeCodes: [] });
  await further.clock.write((await product.clock.read()) ?? unexpected());
  const { server: other } = await ContosoWorkstation.fresh('2026-11-22T08:30:00.000Z');
  expect(other.key).not.toBe(workstation.server.key);
  other.publish([old]);
  other.now = () => workstation.host.clock.now();
  const { upgradeCode } = old.entry.facts;
  other.policy = {
    product: { id: 'pr_7', name: 'Contoso Agent', enforcement: 'enforce', unknownVersions: 'allow', upgradeCode },
  };
  return { workstation, other };
}

function unexpected(): never {
  throw new Error('There is no clock.');
}

const activate = (workstation: ContosoWorkstation, { key }: StandInServer) =>
  workstation.run(['activate', '--key', key]);

describe('a workstation that is activated at another server', () => {
  it('goes by its rules, and by nothing that the old one said', async () => {
    const { workstation, other } = await between();
    expect(await activate(workstation, other)).toMatchObject({ status: 0 });
    expect(await workstation.run(['start', ...run9])).toMatchObject({ status: 9 });
    other.policy = { ...other.policy, prohibited: [leak] };
    expect(await workstation.run(['start', ...run9])).toMatchObject({ status: 28 });
    expect(await readdir(join(workstation.state, 'products'))).toEqual([]);
    const { product } = await workstation.open();
    expect(await product.known.read()).toMatchObject({ id: 'pr_7' });
    expect(other.reports).toEqual([]);
  });

  it('tells the new one nothing that was to be told to the old one', async () => {
    const { workstation, other } = await between();
    workstation.server.assign(contoso('3.23.0'));
    workstation.server.interfere = (request, response) => {
      const isReports = request.url?.endsWith('/reports') === true;
      if (isReports) response.destroy();
      return isReports;
    };
    expect(await workstation.run(['start', '--answer', 'later', ...run9])).toMatchObject({ status: 9 });
    expect(await activate(workstation, other)).toMatchObject({ status: 0 });
    expect(await workstation.run(['start', ...run9])).toMatchObject({ status: 9 });
    expect(other.reports).toEqual([]);
  });

  it('is one of either, whenever the client dies on the way', async () => {
    const { workstation, other } = await between();
    workstation.host.setClock(new Date().toISOString());
    workstation.server.publish([old]);
    other.publish([old]);
    const kept = await KeptFolder.of(workstation.folder);
    const nextProcess = () => {
      workstation.host.pid += 1;
      workstation.host.pass(10_000);
    };
    const dyingAt = async (moment: number) => {
      await kept.restore();
      nextProcess();
      const lived = await untilKilled(moment, () => activate(workstation, other));
      nextProcess();
      return lived;
    };
    const { places } = await dyingAt(Infinity);
    const first = places.findIndex((path) => path.includes('counters.json') || path.includes('clock.json'));
    const last = places.findLastIndex((path) => path.includes('identity.copy.json'));
    expect(last - first).toBeGreaterThan(20);
    for (let moment = first + 1; moment <= last + 1; moment += 1) {
      expect((await dyingAt(moment)).result).toBe('killed');
      expect({ moment, ...(await workstation.run(['start', ...run9])) }).toMatchObject({ moment, status: 9 });
    }
  });
});

it('keeps what was said of its products where it is activated at the same server again', async () => {
  const { workstation } = await between();
  expect(await activate(workstation, workstation.server)).toMatchObject({ status: 0 });
  expect(await readdir(join(workstation.state, 'products'))).toEqual(['pr_2']);
});

it('has no rules of any product once it is deactivated', async () => {
  const { workstation } = await between();
  expect(await workstation.run(['deactivate'])).toMatchObject({ status: 0 });
  expect(await new StateFolder(workstation.state, () => undefined).products()).toHaveLength(1);
  const names = await readdir(workstation.state);
  for (const name of ['policy.jws', 'clock.json', 'product.json', 'identity.json']) expect(names).not.toContain(name);
});
