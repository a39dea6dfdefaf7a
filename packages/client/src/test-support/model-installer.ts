// An installer for tests that behaves as Windows Installer does, with packages that are nothing but facts.
import { compareThreeFields, compareVersions } from '@usher/core';
import { ClientError } from '../client-error.ts';
import type { InstalledProduct, InstallerDriver } from '../engine/installer-driver.ts';
import type { InstallerPackage, Journal } from '../state/state-folder.ts';

/** A package of the one product that there is here; `number` tells it from others. */
export function modelPackage(version: string, number: number): InstallerPackage {
  return {
    version,
    productCode: `{AAAAAAAA-0000-0000-0000-00000000000${number}}`,
    upgradeCode: '{11111111-2222-3333-4444-555555555555}',
    architecture: 'x64',
    path: `installers/pr_1/${version}/x64.msi`,
    sha256: String(number).repeat(64),
    size: 1000,
    fileName: `${version}.msi`,
    properties: { ADDLOCAL: 'Main' },
    publisher: null,
    verifiedAt: null,
    hidden: [],
  };
}

/** A journal of which nothing has been done yet. */
export function preparedJournal(goal: InstallerPackage, leading: Pick<Journal, 'before' | 'wayBack'>): Journal {
  return {
    format: 1,
    updateId: 'up_1',
    target: goal,
    ...leading,
    phase: 'prepared',
    step: null,
    startedAt: '2026-11-22T08:00:00.000Z',
  };
}

/** What would be installed with these packages, highest first. */
export function productsOf(...packages: readonly InstallerPackage[]): readonly InstalledProduct[] {
  return packages
    .map(({ productCode, version }) => ({ productCode, version }))
    .sort((a, b) => compareVersions(b.version, a.version));
}

/** The power goes off. */
export class PowerLoss extends Error {}

/**
 * A major upgrade removes what is lower, and nothing goes over something higher. The codes of the next calls can be set,
 * and the power can go before or after any change.
 */
export class ModelInstaller implements InstallerDriver {
  products: readonly InstalledProduct[] = [];
  codes: number[] = [];
  leavesOld = false;
  readonly calls: string[] = [];
  beforeChange: () => void = () => undefined;
  /** Whether what is installed can be seen this time. */
  mayLook: () => boolean = () => true;
  readonly #packages: readonly InstallerPackage[];

  constructor(packages: readonly InstallerPackage[]) {
    this.#packages = packages;
  }

  installed(): Promise<readonly InstalledProduct[]> {
    if (!this.mayLook()) return Promise.reject(new ClientError('registry.unreadable', 'The registry cannot be read.'));
    return Promise.resolve([...this.products].sort((a, b) => compareVersions(b.version, a.version)));
  }

  install({ file, properties }: { file: string; properties: Readonly<Record<string, string>> }) {
    this.calls.push(`install ${file}${properties.REINSTALL === undefined ? '' : ' again'}`);
    const failed = this.#next();
    if (failed !== null) return Promise.resolve({ exitCode: failed });
    const found = this.#packages.find(({ fileName }) => fileName === file);
    if (found === undefined) throw new Error(`No test has ${file}.`);
    const { productCode, version } = found;
    const higher = this.products.some((each) => compareThreeFields(each.version, version) > 0);
    if (higher) return Promise.resolve({ exitCode: 1603 });
    this.beforeChange();
    const kept = this.leavesOld ? this.products.filter((each) => each.productCode !== productCode) : [];
    this.products = [{ productCode, version }, ...kept];
    this.beforeChange();
    return Promise.resolve({ exitCode: 0 });
  }

  remove({ productCode }: { productCode: string }) {
    this.calls.push(`remove ${productCode}`);
    const failed = this.#next();
    if (failed !== null) return Promise.resolve({ exitCode: failed });
    this.beforeChange();
    this.products = this.products.filter((each) => each.productCode !== productCode);
    this.beforeChange();
    return Promise.resolve({ exitCode: 0 });
  }

  trouble(): Promise<null> {
    return Promise.resolve(null);
  }

  #next(): number | null {
    const code = this.codes.shift() ?? 0;
    return code === 0 ? null : code;
  }
}
