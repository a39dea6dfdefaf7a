// Tests of one product whose state lay in two places: what is under way is in one of them at every moment.
import { cp, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { Journal } from '../state/state-folder.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { KeptFolder } from '../test-support/kept-state.ts';
import { untilKilled } from '../test-support/mortal-disk.ts';
import { productOf, ScriptedInstaller } from '../test-support/scripted-installer.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const { upgradeCode } = old.entry.facts;
const until = '2026-11-22T20:00:00.000Z';
const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];

let workstation: ContosoWorkstation;
let installer: ScriptedInstaller;
beforeEach(async () => {
  workstation = await ContosoWorkstation.withOldVersion();
  installer = new ScriptedInstaller([old, fresh], [productOf(old)]);
  workstation.driver = installer;
});

/** Half an update to 3.22.1, and a pass, lie under the UpgradeCode; the same product lies where it always lay. */
async function apart(): Promise<void> {
  expect(await workstation.run(start)).toMatchObject({ status: 9 });
  const { state } = await workstation.open();
  const aside = state.product(upgradeCode);
  await mkdir(aside.folder, { recursive: true });
  for (const name of ['product.json', 'policy.jws', 'clock.json']) {
    await cp(join(state.root, name), join(aside.folder, name));
  }
  const [target] = (await state.cacheIndex.read())?.packages ?? [];
  if (target === undefined) throw new Error('Nothing is in the cache.');
  const journal: Journal = {
    ...{ format: 1, updateId: 'up_9', target, before: null, wayBack: [], phase: 'changing', step: null },
    startedAt: '2026-11-22T08:00:00.000Z',
  };
  await aside.journal.write(journal);
  await aside.pass.write({ code: workstation.server.pass(until), until, reason: 'a demonstration', isNoted: true });
}

async function places(name: 'journal.json' | 'pass.json'): Promise<number> {
  const { names } = await KeptFolder.of(workstation.state);
  return names.filter((each) => each.split('/').at(-1) === name).length;
}

/** Another process on the same machine, when the lock of the one that died is old enough. */
function nextProcess(): void {
  workstation.host.pid += 1;
  workstation.host.pass(10_000);
}

describe('half an update that lies in another place of its product', () => {
  it('is there once, whenever the client dies on the way, and so is a pass', async () => {
    workstation.host.setClock(new Date().toISOString());
    await apart();
    const kept = await KeptFolder.of(workstation.folder);
    workstation.server.interfere = (_request, response) => (response.destroy(), true);
    const dyingAt = async (moment: number) => {
      await kept.restore();
      nextProcess();
      return await untilKilled(moment, () => workstation.run(['check']));
    };
    const all = (await dyingAt(Infinity)).places;
    // From the first look at the other place until that is gone.
    const first = all.findIndex((path) => path.includes('products'));
    const last = all.findLastIndex((path) => path.includes('products'));
    expect(first).toBeGreaterThan(0);
    for (let moment = first; moment <= last + 1; moment += 1) {
      expect((await dyingAt(moment)).result).toBe('killed');
      expect({ moment, journals: await places('journal.json') }).toEqual({ moment, journals: 1 });
      expect({ moment, passes: await places('pass.json') }).toEqual({ moment, passes: 1 });
    }
  });

  it('is finished once, also where a start after that death cannot tell that the places are of one product', async () => {
    workstation.host.setClock(new Date().toISOString());
    await apart();
    const { server } = workstation;
    const kept = await KeptFolder.of(workstation.folder);
    const dyingAt = async (moment: number) => {
      await kept.restore();
      server.interfere = (_request, response) => (response.destroy(), true);
      server.reports.length = 0;
      nextProcess();
      return await untilKilled(moment, () => workstation.run(['check']));
    };
    const all = (await dyingAt(Infinity)).places;
    const moments = all.flatMap((path, index) => (/products.*journal\.json/.test(path) ? [index + 1, index + 2] : []));
    expect(moments.length).toBeGreaterThan(0);
    for (const moment of new Set(moments)) {
      expect((await dyingAt(moment)).result).toBe('killed');
      nextProcess();
      // Without the catalogue the rules of neither place can be verified.
      await rm(join(workstation.state, 'tuf'), { recursive: true });
      await workstation.run(start);
      server.interfere = () => false;
      for (const _time of [1, 2, 3]) expect(await workstation.run(start)).toMatchObject({ status: 9 });
      const ids = server.reports.filter(({ updateId }) => updateId === 'up_9').map(({ id }) => id);
      expect({ moment, times: new Set(ids).size }).toEqual({ moment, times: 1 });
      expect(await places('journal.json')).toBe(0);
    }
    expect(installer.calls).toEqual([]);
  });
});
