// A recovery fails, too, and is interrupted: after any sequence of that the application is there as soon as an
// installation can succeed, for what leads back to it is not forgotten before.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { asClientError, ClientError } from '../client-error.ts';
import type { InstallerPackage, Journal } from '../state/state-folder.ts';
import {
  modelPackage,
  ModelInstaller,
  PowerLoss,
  preparedJournal,
  productsOf,
} from '../test-support/model-installer.ts';
import { install, isSame, type InstallationEnvironment } from './installation.ts';
import { leadingBack, recover } from './recovery.ts';

const packages = [1, 2, 3, 4].map((number) => modelPackage(`3.2${number}.0`, number));
const [low, middle, high, highest] = packages as [
  InstallerPackage,
  InstallerPackage,
  InstallerPackage,
  InstallerPackage,
];
const refused = () => Promise.resolve(new ClientError('update.prohibited', 'It is prohibited.'));
const allowed = () => Promise.resolve(null);
const always = (code: number) => Array.from({ length: 40 }, () => code);

/** What goes wrong in one run of the client. */
interface Trouble {
  /** How the installer ends, one call after another; 0 after them. */
  readonly codes?: readonly number[];
  /** The power goes off at that change of the machine or the disk, from 1. */
  readonly powerAt?: number | null;
  readonly isDiskFull?: boolean;
  /** No file in the cache is what it should be. */
  readonly isDamaged?: boolean;
  /** What is installed cannot be seen from that look on, from 1. */
  readonly unseenFrom?: number | null;
  /** A major upgrade leaves the old product there. */
  readonly leavesOld?: boolean;
  /** The target may not be installed any more. */
  readonly isRefused?: boolean;
}

/** A machine with one product, of whose versions every installer lies in the cache. */
class Machine {
  readonly driver = new ModelInstaller(packages);
  journal: Journal | null = null;
  /** True once the application was there. */
  wasThere: boolean;

  constructor(present: readonly InstallerPackage[]) {
    this.driver.products = productsOf(...present);
    this.wasThere = present.length > 0;
  }

  get isThere(): boolean {
    return this.driver.products.length > 0;
  }

  get versions(): readonly string[] {
    return this.driver.products.map(({ version }) => version);
  }

  /** An update as the rules have it; false where the power went off. */
  async update(target: InstallerPackage, trouble: Trouble = {}): Promise<string> {
    return await this.#run(trouble, async (environment) => {
      const installed = await this.driver.installed();
      const fetched = packages.filter((each) => installed.some((one) => isSame(one, each)) && !isSame(each, target));
      const journal = preparedJournal(target, leadingBack(this.journal, target, installed, fetched));
      await environment.writeJournal(journal);
      await install(journal, environment);
      return 'installed';
    });
  }

  /** The next start; what it says, or the code of what it fails with. */
  async start(trouble: Trouble = {}): Promise<string> {
    const { journal } = this;
    if (journal === null) return 'nothing to do';
    const refusal = trouble.isRefused === true ? refused : allowed;
    return await this.#run(trouble, (environment) => recover(journal, environment, refusal));
  }

  async #run(
    {
      codes = [],
      powerAt = null,
      isDiskFull = false,
      isDamaged = false,
      unseenFrom = null,
      leavesOld = false,
    }: Trouble,
    work: (environment: InstallationEnvironment) => Promise<string>,
  ): Promise<string> {
    let changes = 0;
    const change = () => {
      changes += 1;
      if (changes === powerAt) throw new PowerLoss();
    };
    let looks = 0;
    this.driver.mayLook = () => (looks += 1) < (unseenFrom ?? Infinity);
    this.driver.leavesOld = leavesOld;
    this.driver.codes = [...codes];
    this.driver.beforeChange = change;
    try {
      return await work({
        driver: this.driver,
        logFile: '/dev/null',
        pathOf: ({ fileName }) => fileName,
        verify: () =>
          isDamaged ? Promise.reject(new ClientError('verification.failed', 'another file')) : Promise.resolve(),
        wait: () => Promise.resolve(),
        writeJournal: (next) => {
          change();
          if (isDiskFull && next !== null) return Promise.reject(new ClientError('disk.full', 'The disk is full.'));
          this.journal = next;
          change();
          return Promise.resolve();
        },
      });
    } catch (error) {
      if (error instanceof PowerLoss) return 'power loss';
      const failure = asClientError(error);
      if (failure === null) throw error;
      return failure.code;
    } finally {
      this.driver.beforeChange = () => undefined;
      this.wasThere ||= this.isThere;
    }
  }
}

/** 3.23.0 is to give way to 3.21.0, and the power went off when it had been removed. */
async function removed(): Promise<Machine> {
  const machine = new Machine([high]);
  for (let powerAt = 1; machine.isThere; powerAt += 1) await machine.update(low, { powerAt });
  expect(machine.journal).toMatchObject({ phase: 'changing', wayBack: [high] });
  return machine;
}

describe('a recovery', () => {
  it('whose target may not be installed any more waits for another installation to end', async () => {
    const machine = await removed();
    for (let time = 1; time <= 3; time += 1) {
      expect(await machine.start({ isRefused: true, codes: always(1618) })).toBe('installer.busy');
    }
    expect(await machine.start({ isRefused: true })).toBe('rolled-back');
    expect(machine.versions).toEqual(['3.23.0']);
  });

  it.each([1601, 1603, 1618])('that fails both ways, with %d, is made up for by the next one', async (code) => {
    const machine = await removed();
    for (let time = 1; time <= 3; time += 1) {
      expect(await machine.start({ codes: always(code) })).toMatch(/^installer\./);
    }
    expect(await machine.start()).toBe('rolled-back');
    expect(machine.versions).toEqual(['3.23.0']);
    expect(machine.journal).toBeNull();
  });

  it('goes on where the power went off before an update had begun that nothing was installed for', async () => {
    const machine = await removed();
    expect(await machine.start({ codes: always(1618) })).toBe('installer.busy');
    expect(await machine.update(middle, { powerAt: 3 })).toBe('power loss');
    expect(machine.journal).toMatchObject({ phase: 'prepared', wayBack: [high] });
    expect(await machine.start()).toBe('finished');
    expect(machine.versions).toEqual(['3.22.0']);
  });

  it('knows the way back also after an update to that very version has failed', async () => {
    const machine = await removed();
    expect(await machine.start({ codes: always(1603) })).toBe('installer.failed');
    expect(await machine.update(high, { codes: always(1603) })).toBe('installer.failed');
    expect(await machine.update(low, { codes: [1603] })).toBe('update.rolled-back');
    expect(machine.versions).toEqual(['3.23.0']);
  });

  it('finishes nothing over what an administrator has taken away', async () => {
    const machine = new Machine([]);
    expect(await machine.update(low, { powerAt: 3 })).toBe('power loss');
    expect(await machine.start()).toBe('untouched');
    expect(machine.versions).toEqual([]);
  });
});

describe('a client that loses power at any point, whose recovery', () => {
  const journeys: readonly (readonly [string, readonly InstallerPackage[], InstallerPackage])[] = [
    ['up', [middle], high],
    ['down', [high], low],
    ['down from two', [highest, middle], low],
  ];
  const troubles: readonly (readonly [string, Trouble])[] = [
    ['finds another installation at work', { codes: always(1618) }],
    ['finds another installation at work and goes back', { codes: always(1618), isRefused: true }],
    ['fails once', { codes: [1603] }],
    ['fails once as it goes back', { codes: [1603], isRefused: true }],
    ['fails both ways', { codes: always(1601) }],
    ['finds no file whole', { isDamaged: true }],
    ['cannot see what is installed', { unseenFrom: 1 }],
    ['cannot see any more what is installed', { unseenFrom: 2, codes: [1603] }],
    ['has no room', { isDiskFull: true, codes: [1603] }],
    ...[1, 2, 3, 4, 5, 6].map((powerAt) => [`loses power at its change ${powerAt}`, { powerAt }] as const),
  ];

  it.each(troubles)('%s, once and again, has the application after the next start', async (_what, trouble) => {
    for (const [name, present, goal] of journeys) {
      for (let point = 1; ; point += 1) {
        const machine = new Machine(present);
        if ((await machine.update(goal, { powerAt: point })) !== 'power loss') break;
        for (let time = 1; time <= 2; time += 1) {
          await machine.start(trouble);
          const isKept = machine.isThere || machine.journal !== null;
          expect({ name, point, time, isKept }).toEqual({ name, point, time, isKept: true });
        }
        await machine.start();
        expect({ name, point, isThere: machine.isThere }).toEqual({ name, point, isThere: true });
        expect(machine.journal).toBeNull();
      }
    }
  });
});

describe('any sequence of updates, starts and failures', () => {
  const code = fc.constantFrom(0, 1601, 1603, 1618, 1625);
  const codes = fc.oneof(fc.array(code, { maxLength: 8 }), code.map(always));
  const trouble = fc.record({
    codes,
    powerAt: fc.option(fc.integer({ min: 1, max: 12 })),
    isDiskFull: fc.boolean(),
    isDamaged: fc.boolean(),
    unseenFrom: fc.option(fc.integer({ min: 1, max: 6 }), { freq: 3 }),
    leavesOld: fc.boolean(),
    isRefused: fc.boolean(),
  });
  const run = fc.record({ target: fc.option(fc.constantFrom(...packages)), trouble });
  const present = fc.constantFrom([], [middle], [high], [highest, middle]);

  it('forgets no way back while nothing is installed, and has the application as soon as that can be', async () => {
    await fc.assert(
      fc.asyncProperty(present, fc.array(run, { minLength: 1, maxLength: 6 }), async (before, runs) => {
        const machine = new Machine(before);
        for (const each of runs) {
          if (each.target === null) await machine.start(each.trouble);
          else await machine.update(each.target, each.trouble);
          const { journal } = machine;
          if (machine.isThere || !machine.wasThere) continue;
          const { before: gone = null } = journal ?? {};
          const ways = journal === null ? [] : [journal.target, ...journal.wayBack];
          expect(ways.some((way) => gone !== null && isSame(way, gone))).toBe(true);
        }
        const { journal } = machine;
        const isRefused = journal !== null && journal.wayBack.length > 0 && runs.length % 2 === 0;
        await machine.start({ isRefused });
        expect(machine.isThere || !machine.wasThere).toBe(true);
      }),
      { numRuns: 400 },
    );
  });
});
