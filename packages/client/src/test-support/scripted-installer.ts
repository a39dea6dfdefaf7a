// An installer for tests that has nothing but a list: what is installed, and how it ends for each file and each removal.
import { compareVersions } from '@usher/core';
import type { InstalledProduct, InstallerDriver, InstallerResult } from '../engine/installer-driver.ts';
import type { OfferedInstaller } from './stand-in-server.ts';

/** What Windows Installer would know of an offered installer. */
export function productOf({ entry }: OfferedInstaller): InstalledProduct {
  const { productCode, version } = entry.facts;
  return { productCode: productCode.toUpperCase(), version };
}

/** An installer that installs beside whatever is there, and nothing over the same product in a higher version. */
export class ScriptedInstaller implements InstallerDriver {
  products: InstalledProduct[];
  /** How it ends, by `install VERSION` or `remove VERSION`; 0 where nothing is said. */
  codes: Readonly<Record<string, number>> = {};
  /** What it was asked for and how that ended. */
  readonly calls: string[] = [];
  /** The power goes off at this call. */
  dyingAt: string | null = null;
  readonly #offered: readonly OfferedInstaller[];

  constructor(offered: readonly OfferedInstaller[], installed: readonly InstalledProduct[]) {
    this.#offered = offered;
    this.products = [...installed];
  }

  installed(): Promise<readonly InstalledProduct[]> {
    return Promise.resolve([...this.products].sort((a, b) => compareVersions(b.version, a.version)));
  }

  install({ file }: { readonly file: string }): Promise<InstallerResult> {
    const found = this.#offered.find(({ entry }) => file.endsWith(entry.facts.fileName ?? ''));
    if (found === undefined) throw new Error(`No test offers ${file}.`);
    const product = productOf(found);
    return this.#end(`install ${product.version}`, () => {
      const others = this.products.filter(({ productCode }) => productCode !== product.productCode);
      this.products = [product, ...others];
    });
  }

  remove({ productCode }: { readonly productCode: string }): Promise<InstallerResult> {
    const product = this.products.find((each) => each.productCode === productCode);
    return this.#end(`remove ${product?.version ?? productCode}`, () => {
      this.products = this.products.filter((each) => each !== product);
    });
  }

  trouble(): Promise<null> {
    return Promise.resolve(null);
  }

  #end(call: string, change: () => void): Promise<InstallerResult> {
    if (call === this.dyingAt) return Promise.reject(new Error('The power went off.'));
    const exitCode = this.codes[call] ?? 0;
    this.calls.push(`${call}: ${exitCode}`);
    if (exitCode === 0) change();
    return Promise.resolve({ exitCode });
  }
}
