// Tests of installation and recovery: interrupted at every point, the application is there after the next start.
import { beforeEach, describe, expect, it } from 'vitest';
import { asClientError, ClientError } from '../client-error.ts';
import type { InstallerPackage, Journal } from '../state/state-folder.ts';
import {
  modelPackage,
  ModelInstaller,
  PowerLoss,
  preparedJournal,
  productsOf,
} from '../test-support/model-installer.ts';
import { busyDelaysMs, install, type InstallationEnvironment } from './installation.ts';
import { recover } from './recovery.ts';

const old = modelPackage('3.22.1', 1);
const target = modelPackage('3.23.0', 2);
const lower = modelPackage('3.21.0', 3);
const beside = modelPackage('3.22.0', 4);
const packages = [old, target, lower, beside];

const allowed = () => Promise.resolve(null);

let driver: ModelInstaller;
let written: Journal | null;
let waits: number[];
let environment: InstallationEnvironment;

function journalTo(goal: InstallerPackage, before: InstallerPackage | null): Journal {
  const [present = null] = before === null ? [] : productsOf(before);
  return preparedJournal(goal, { before: present, wayBack: before === null ? [] : [before] });
}

async function outcome(journal: Journal): Promise<string> {
  try {
    return JSON.stringify(await install(journal, environment));
  } catch (error) {
    return asClientError(error)?.code ?? String(error);
  }
}

async function messageOf(journal: Journal): Promise<string> {
  return await install(journal, environment).then(
    () => 'it was installed',
    (error: unknown) => asClientError(error)?.message ?? String(error),
  );
}

beforeEach(() => {
  driver = new ModelInstaller(packages);
  driver.products = productsOf(old);
  written = null;
  waits = [];
  environment = {
    driver,
    logFile: '/dev/null',
    pathOf: ({ fileName }) => fileName,
    verify: () => Promise.resolve(),
    writeJournal: (journal) => {
      written = journal;
      return Promise.resolve();
    },
    wait: (ms) => {
      waits.push(ms);
      return Promise.resolve();
    },
  };
});

describe('an installation', () => {
  it('goes up by a major upgrade, and leaves no journal', async () => {
    expect(await outcome(journalTo(target, old))).toBe('{"restartNeeded":false}');
    expect(driver.products).toEqual(productsOf(target));
    expect(written).toBeNull();
  });

  it('goes down by removing first', async () => {
    await outcome(journalTo(lower, old));
    expect(driver.calls).toEqual([`remove ${old.productCode}`, 'install 3.21.0.msi']);
    expect(driver.products).toEqual(productsOf(lower));
  });

  it('removes an old product that its package left there, and installs the new one over itself after', async () => {
    driver.leavesOld = true;
    await outcome(journalTo(target, old));
    expect(driver.calls).toEqual(['install 3.23.0.msi', `remove ${old.productCode}`, 'install 3.23.0.msi again']);
    expect(driver.products).toEqual(productsOf(target));
  });

  it.each([3010, 1641])('takes %d for a success that needs a restart', async (code) => {
    const real = driver.install.bind(driver);
    driver.install = async (request) => ({ exitCode: (await real(request)).exitCode === 0 ? code : 1 });
    expect(await outcome(journalTo(target, old))).toBe('{"restartNeeded":true}');
  });

  it('tries again while another installation is running, from 5 s, doubling, five times', async () => {
    driver.codes = [1618, 1618];
    expect(await outcome(journalTo(target, old))).toBe('{"restartNeeded":false}');
    expect(waits).toEqual([5_000, 10_000]);
    driver.products = productsOf(old);
    driver.codes = Array.from({ length: 10 }, () => 1618);
    waits = [];
    expect(await outcome(journalTo(target, old))).toBe('installer.busy');
    expect(waits).toEqual(busyDelaysMs);
  });

  it('leaves the old version there where the new one fails', async () => {
    driver.codes = [1603];
    expect(await outcome(journalTo(target, old))).toBe('installer.failed');
    expect(driver.products).toEqual(productsOf(old));
    expect(written).toBeNull();
  });

  it('puts the old version back where it was removed and the lower one fails', async () => {
    driver.codes = [0, 1603];
    expect(await outcome(journalTo(lower, old))).toBe('update.rolled-back');
    expect(driver.products).toEqual(productsOf(old));
  });

  it('tells the first cause where the old version can not be put back either, and leaves the journal to lead back', async () => {
    driver.codes = [0, 1603, 1625];
    expect(await messageOf(journalTo(lower, old))).toBe(
      'The installer ended with code 1603. Nothing is installed any more: the previous version could not be put back.',
    );
    expect(written).toMatchObject({ phase: 'going-back', wayBack: [old] });
  });

  it('tells the first cause where nothing can be seen any more after it, and leaves the journal to look by', async () => {
    driver.codes = [0, 1603];
    const remove = driver.remove.bind(driver);
    driver.remove = async (request) => {
      const seen = await remove(request);
      let looks = 0;
      driver.installed = () => {
        looks += 1;
        return looks === 1
          ? Promise.resolve(driver.products)
          : Promise.reject(new ClientError('registry.unreadable', 'The registry cannot be read.'));
      };
      return seen;
    };
    expect(await messageOf(journalTo(lower, old))).toBe('The installer ended with code 1603.');
    expect(written).toMatchObject({ phase: 'changing', wayBack: [old] });
  });

  it('puts back the first of two that was removed before the other one would not go', async () => {
    driver.products = productsOf(old, beside);
    driver.codes = [0, 1603];
    expect(await outcome({ ...journalTo(lower, old), wayBack: [old, beside] })).toBe('update.rolled-back');
    expect(driver.products).toEqual(productsOf(old));
    expect(written).toBeNull();
  });

  it('puts back the highest of two last, whatever became of the other', async () => {
    driver.products = productsOf(old, beside);
    driver.codes = [0, 0, 1603, 1603];
    expect(await outcome({ ...journalTo(lower, old), wayBack: [old, beside] })).toBe('update.rolled-back');
    expect(driver.calls.slice(2)).toEqual(['install 3.21.0.msi', 'install 3.22.0.msi', 'install 3.22.1.msi']);
    expect(driver.products).toEqual(productsOf(old));
  });

  it('does not take the word of an installer that installed nothing', async () => {
    driver.install = () => Promise.resolve({ exitCode: 0 });
    expect(await outcome(journalTo(target, old))).toBe('installer.failed');
  });
});

const journeys = [
  ['up', target, old],
  ['down', lower, old],
  ['first', target, null],
] as const;

describe('a client that loses power', () => {
  /** Loses power at the nth point at which something is written or changed; false where there are not so many. */
  async function interruptedAt(point: number, goal: InstallerPackage, before: InstallerPackage | null) {
    let count = 0;
    const tick = () => {
      count += 1;
      if (count === point) throw new PowerLoss();
    };
    driver.products = before === null ? [] : productsOf(before);
    driver.beforeChange = tick;
    const fragile: InstallationEnvironment = {
      ...environment,
      writeJournal: async (journal) => {
        tick();
        await environment.writeJournal(journal);
        tick();
      },
    };
    written = journalTo(goal, before);
    try {
      await install(written, fragile);
      return false;
    } catch (error) {
      if (!(error instanceof PowerLoss)) throw error;
      return true;
    } finally {
      driver.beforeChange = () => undefined;
    }
  }

  it.each(journeys)(
    'on the way %s, at any point, has the application after its next start',
    async (_n, goal, before) => {
      let points = 0;
      while (await interruptedAt(points + 1, goal, before)) {
        points += 1;
        const journal: Journal | null = written;
        if (journal !== null) {
          const said = await recover(journal, environment, allowed);
          const [there] = driver.products;
          const isAsSaid = said === 'finished' ? there?.version === goal.version : there?.version === before?.version;
          expect({ points, said, isAsSaid }).toEqual({ points, said, isAsSaid: true });
        }
        expect(driver.products.length).toBe(before === null && driver.products.length === 0 ? 0 : 1);
        expect(written).toBeNull();
      }
      expect(points).toBeGreaterThan(4);
    },
  );

  it('in the middle of a downgrade that can not be finished any more puts the old version back', async () => {
    driver.products = [];
    driver.codes = [1603];
    const journal: Journal = { ...journalTo(lower, old), phase: 'changing' };
    expect(await recover(journal, environment, allowed)).toBe('rolled-back');
    expect(driver.products).toEqual(productsOf(old));
  });

  it('while it goes back goes on so, and does not try again what had failed', async () => {
    driver.products = [];
    const journal: Journal = { ...journalTo(lower, old), phase: 'going-back' };
    expect(await recover(journal, environment, allowed)).toBe('rolled-back');
    expect(driver.calls).toEqual(['install 3.22.1.msi']);
    expect(written).toBeNull();
  });

  it('goes back where the target may not be installed any more', async () => {
    driver.products = [];
    written = { ...journalTo(lower, old), phase: 'changing' };
    const refusal = () => Promise.resolve(new ClientError('update.prohibited', 'It is prohibited.'));
    expect(await recover(written, environment, refusal)).toBe('rolled-back');
    expect(driver.calls).toEqual(['install 3.22.1.msi']);
    expect(written).toBeNull();
  });

  it('installs nothing where the target may not be installed any more and there is nothing to go back to', async () => {
    driver.products = [];
    written = { ...journalTo(target, null), phase: 'changing' };
    const refusal = () => Promise.resolve(new ClientError('update.prohibited', 'It is prohibited.'));
    await expect(recover(written, environment, refusal)).rejects.toThrow('It is prohibited.');
    expect(driver.calls).toEqual([]);
    expect(written).toBeNull();
  });

  it('keeps its journal where the disk is full, for the next start to put back what is gone', async () => {
    driver.products = [];
    driver.codes = [1603];
    const journal: Journal = { ...journalTo(lower, old), phase: 'changing' };
    written = journal;
    const onFullDisk: InstallationEnvironment = {
      ...environment,
      writeJournal: (next) =>
        next === null
          ? environment.writeJournal(null)
          : Promise.reject(new ClientError('disk.full', 'The disk is full.')),
    };
    await expect(recover(journal, onFullDisk, allowed)).rejects.toMatchObject({ code: 'disk.full' });
    expect(written).toEqual(journal);
    driver.codes = [1603];
    expect(await recover(journal, environment, allowed)).toBe('rolled-back');
    expect(driver.products).toEqual(productsOf(old));
  });

  it('never finishes with a file that is not the approved one', async () => {
    driver.products = [];
    const journal: Journal = { ...journalTo(lower, old), phase: 'changing' };
    environment.verify = ({ version }) =>
      version === lower.version ? Promise.reject(asClientErrorOf('verification.failed')) : Promise.resolve();
    expect(await recover(journal, environment, allowed)).toBe('rolled-back');
    expect(driver.calls).toEqual(['install 3.22.1.msi']);
  });
});

function asClientErrorOf(code: 'verification.failed') {
  return new ClientError(code, 'another file');
}
