// Carries out an install plan, step by step with the journal, and puts things back where it fails.
import { planInstall, sameVersion, type InstallPlan, type PlanStep } from '@usher/core';
import { asClientError, ClientError } from '../client-error.ts';
import type { InstallerPackage, Journal } from '../state/state-folder.ts';
import type { InstalledProduct, InstallerDriver, InstallerResult } from './installer-driver.ts';

/** Windows Installer: done, and done with a restart needed (3010) or begun (1641). */
const successes = new Set([0, 1641, 3010]);
const restartNeeded = new Set([1641, 3010]);
const alreadyRunning = 1618;
const notInstalled = 1605;
/** Waits before another installation is tried again that another one stood in the way of, in milliseconds. */
export const busyDelaysMs: readonly number[] = [5_000, 10_000, 20_000, 40_000, 80_000];

/** What an installation needs of the rest. */
export interface InstallationEnvironment {
  readonly driver: InstallerDriver;
  /** Where a package's verified file lies. */
  pathOf(target: InstallerPackage): string;
  /** Checks the package's file where it lies, just before it is used. Rejects with `verification.failed`. */
  verify(target: InstallerPackage): Promise<void>;
  /** Writes the journal down; null removes it. It is written before and after every step. */
  writeJournal(journal: Journal | null): Promise<void>;
  wait(ms: number): Promise<void>;
  onBusy?(waitMs: number): void;
  onGoingBack?(): void;
  /** What had been removed could not be put back; null where nothing was there to put it back from. */
  onStranded?(because: ClientError | null): void;
  logFile: string;
}

/** What came of it. */
export interface InstallationResult {
  readonly restartNeeded: boolean;
}

/** How to get from what is installed to the journal's target, and back with what the journal can go back with. */
export function planOf(
  { target, wayBack }: Pick<Journal, 'target' | 'wayBack'>,
  installed: readonly InstalledProduct[],
  { pathOf }: Pick<InstallationEnvironment, 'pathOf'>,
): InstallPlan {
  const cachedFile = (product: InstalledProduct) => {
    const found = wayBack.find((each) => isSame(each, product));
    return found === undefined ? null : pathOf(found);
  };
  return planInstall(
    { productCode: target.productCode, version: target.version, file: pathOf(target) },
    installed.map((product) => ({ ...product, cachedFile: cachedFile(product) })),
  );
}

/**
 * Installs the journal's target. Where what had been removed could not be put back, the journal stays: by it the next
 * start tries again.
 * @throws ClientError `installer.failed`, `installer.busy`, `verification.failed` (what was there is there still, or the
 *   message says that nothing is), `update.rolled-back` (it had been removed, and was put back), or `registry.unreadable`
 *   (what is there cannot be seen: the journal stays)
 */
export async function install(journal: Journal, environment: InstallationEnvironment): Promise<InstallationResult> {
  const run = new Installation(journal, environment);
  try {
    const needsRestart = await run.forward();
    await environment.writeJournal(null);
    return { restartNeeded: needsRestart };
  } catch (error) {
    // What is there cannot be seen just now: nothing is put back over it. By the journal the next start looks.
    if (!(error instanceof ClientError) || error.code === 'registry.unreadable') throw error;
    const end = await run.goBackIfSeen();
    if (end !== 'failed') await run.forget();
    if (end === 'put-back') throw rolledBack(error);
    throw (await run.isNothingSeen()) ? stranded(error) : error;
  }
}

/** The installers of what was there before, highest first. An update can lead to that very version, where it is gone. */
export function waysBack({ target, before, wayBack }: Journal): readonly InstallerPackage[] {
  return before !== null && isSame(target, before) ? [target, ...wayBack] : wayBack;
}

/** What tells products, and their versions, from each other. */
export type Product = Pick<InstalledProduct, 'productCode' | 'version'>;

/** Is it the same product in the same version? A product code can stay through several versions. */
export function isSame(a: Product, b: Product): boolean {
  return hasSameCode(a, b) && sameVersion(a.version, b.version);
}

function hasSameCode(a: Product, b: Product): boolean {
  return a.productCode.toUpperCase() === b.productCode.toUpperCase();
}

/** One installation, forward and back. */
export class Installation {
  /** Why not everything could be put back; null where nothing kept it from that. */
  failure: ClientError | null = null;
  readonly #environment: InstallationEnvironment;
  #journal: Journal;

  constructor(journal: Journal, environment: InstallationEnvironment) {
    this.#journal = journal;
    this.#environment = environment;
  }

  /** Goes from what is installed to the target. True where a restart of the machine is needed. */
  async forward(): Promise<boolean> {
    const { target } = this.#journal;
    const plan = planOf(this.#journal, await this.#installed(), this.#environment);
    let needsRestart = false;
    for (const step of plan.steps) {
      await this.#note('changing', `${step.do} ${step.productCode}`);
      needsRestart = (await this.#step(step)) || needsRestart;
      await this.#noteIfRoom('changing', `${step.do} ${step.productCode}: done`);
    }
    if (!(await this.#installed()).some((product) => isSame(product, target))) {
      throw new ClientError(
        'installer.failed',
        `The installer said that it succeeded, but version ${target.version} is not there afterwards.`,
      );
    }
    return needsRestart;
  }

  /**
   * Puts back what was there before and is gone now, the highest last, so that it is what stays. What can't be put back
   * does not keep the rest from it. `failed` where the highest of it is not there in the end.
   */
  async goBack(): Promise<'as-it-was' | 'put-back' | 'failed'> {
    const { target, before, wayBack } = this.#journal;
    const installed = await this.#installed();
    if (installed.some((product) => isSame(product, target))) return 'as-it-was';
    const [highest, ...others] = wayBack.filter((each) => !installed.some((product) => hasSameCode(product, each)));
    if (highest === undefined) {
      if (installed.length === 0 && before !== null) this.#environment.onStranded?.(null);
      return 'as-it-was';
    }
    this.#environment.onGoingBack?.();
    for (const each of [...others.toReversed(), highest]) {
      try {
        await this.#putBack(each);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        this.failure = error;
      }
    }
    if ((await this.#installed()).some((product) => isSame(product, highest))) return 'put-back';
    this.#environment.onStranded?.(this.failure);
    return 'failed';
  }

  /** The same where what is there can perhaps not be seen any more by now: that hides no earlier cause. */
  async goBackIfSeen(): Promise<'as-it-was' | 'put-back' | 'failed'> {
    try {
      return await this.goBack();
    } catch (error) {
      const unseen = asClientError(error);
      if (unseen === null) throw error;
      this.#environment.onStranded?.(unseen);
      return 'failed';
    }
  }

  /** Removes the journal, unless it alone leads back to what is gone: then the next start needs it. */
  async forget(): Promise<void> {
    if (waysBack(this.#journal).length === 0 || (await this.#isAnythingSeen()))
      await this.#environment.writeJournal(null);
  }

  async #isAnythingSeen(): Promise<boolean> {
    try {
      return (await this.#installed()).length > 0;
    } catch (error) {
      if (asClientError(error) === null) throw error;
      return false;
    }
  }

  /** True where none of the target's kin is seen to be installed, though something was before. */
  async isNothingSeen(): Promise<boolean> {
    try {
      return this.#journal.before !== null && (await this.#installed()).length === 0;
    } catch (error) {
      if (asClientError(error) === null) throw error;
      return false;
    }
  }

  async #putBack(each: InstallerPackage): Promise<void> {
    await this.#noteIfRoom('going-back', `install ${each.productCode}`);
    await this.#environment.verify(each);
    const { driver } = this.#environment;
    // The installer writes its log anew each time: the one of what failed must stay, for it says why.
    const logFile = this.#environment.logFile.replace(/(?:\.log)?$/, '-way-back.log');
    const request = { file: this.#environment.pathOf(each), properties: each.properties, logFile };
    await this.#untilFree(() => driver.install(request));
  }

  async #step(step: PlanStep): Promise<boolean> {
    const { driver, logFile } = this.#environment;
    switch (step.do) {
      case 'install': {
        const { target } = this.#journal;
        await this.#environment.verify(target);
        const properties = { ...target.properties, ...step.properties };
        return await this.#untilFree(() => driver.install({ file: step.file, properties, logFile }));
      }
      case 'remove':
        return await this.#untilFree(() => driver.remove({ productCode: step.productCode, logFile }), [notInstalled]);
      case 'verify-gone':
        return await this.#verifyGone(step.productCode);
    }
  }

  /**
   * Looks whether a product is gone. A major upgrade can leave it there (its package does not name it): then it is
   * removed now, and because that can take the new one's files with it, the new one is installed over itself. Where
   * the new one is not there, nothing is removed: the installer did not do what it said.
   */
  async #verifyGone(productCode: string): Promise<boolean> {
    const { driver, logFile } = this.#environment;
    const installed = await this.#installed();
    const { target } = this.#journal;
    if (!installed.some((product) => product.productCode.toUpperCase() === productCode.toUpperCase())) return false;
    if (!installed.some((product) => isSame(product, target))) {
      throw new ClientError('installer.failed', 'The installer said that it succeeded, but nothing has changed.');
    }
    const removal = await this.#untilFree(() => driver.remove({ productCode, logFile }), [notInstalled]);
    await this.#environment.verify(target);
    const properties = { ...target.properties, REINSTALL: 'ALL', REINSTALLMODE: 'vomus' };
    const file = this.#environment.pathOf(target);
    return (await this.#untilFree(() => driver.install({ file, properties, logFile }))) || removal;
  }

  /** Runs the installer, and again while another installation is running. True where a restart is needed. */
  async #untilFree(run: () => Promise<InstallerResult>, alsoGood: readonly number[] = []): Promise<boolean> {
    for (const wait of [...busyDelaysMs, null]) {
      const { exitCode } = await run();
      if (exitCode !== null && (successes.has(exitCode) || alsoGood.includes(exitCode))) {
        return restartNeeded.has(exitCode);
      }
      if (exitCode !== alreadyRunning) throw failed(exitCode);
      if (wait !== null) {
        this.#environment.onBusy?.(wait);
        await this.#environment.wait(wait);
      }
    }
    throw new ClientError(
      'installer.busy',
      'Another installation is running on this machine. Try again when it has finished.',
      { exitCode: alreadyRunning },
    );
  }

  #installed(): Promise<readonly InstalledProduct[]> {
    return this.#environment.driver.installed([this.#journal.target.upgradeCode]);
  }

  /** The journal on disk leads a recovery to the same end without this note; so a full disk does not stop what goes on. */
  async #noteIfRoom(phase: Journal['phase'], step: string): Promise<void> {
    try {
      await this.#note(phase, step);
    } catch (error) {
      if (asClientError(error, 'disk.full') === null) throw error;
    }
  }

  async #note(phase: Journal['phase'], step: string): Promise<void> {
    this.#journal = { ...this.#journal, phase, step };
    await this.#environment.writeJournal(this.#journal);
  }
}

function failed(exitCode: number | null): ClientError {
  return exitCode === null
    ? new ClientError('installer.failed', 'The installer took longer than 15 minutes and was given up.')
    : new ClientError('installer.failed', `The installer ended with code ${exitCode}.`, { exitCode });
}

/**
 * What failed, where nothing is installed after it.
 * @param because why the previous version could not be put back, where that is known to be something else
 */
export function stranded({ code, message, facts }: ClientError, because: ClientError | null = null): ClientError {
  const why = because === null ? '.' : `: ${because.message}`;
  const text = `${message} Nothing is installed any more: the previous version could not be put back${why}`;
  return new ClientError(code, text, { ...because?.facts, ...facts });
}

function rolledBack(cause: ClientError): ClientError {
  return new ClientError(
    'update.rolled-back',
    `The update failed and the previous version was put back. ${cause.message}`,
    {
      ...cause.facts,
      cause,
    },
  );
}
