// How a workstation gets from what is installed to the target, as steps for Windows Installer and a way back.
import { compareThreeFields, compareVersions, isVersion, parseVersion } from './versions.ts';

/** The MSI that is to be installed. */
export interface PlanTarget {
  readonly productCode: string;
  readonly version: string;
  /** Path of the verified file. */
  readonly file: string;
}

/** An installed product that is related to the target by its UpgradeCode. */
export interface InstalledProduct {
  readonly productCode: string;
  /** As Windows Installer shows it, so perhaps not a version. */
  readonly version: string;
  /** Path of this product's own MSI where it is still in the cache, verified; else null. */
  readonly cachedFile: string | null;
}

/** One step; `verify-gone` looks whether the product is no longer registered. */
export type PlanStep =
  | {
      readonly do: 'install';
      readonly productCode: string;
      readonly version: string;
      readonly file: string;
      /** What this way of installing needs, beside what every installation is given. */
      readonly properties: Readonly<Record<string, string>>;
    }
  | { readonly do: 'remove' | 'verify-gone'; readonly productCode: string };

/** What is to be done, in order. */
export interface InstallPlan {
  readonly kind: 'install' | 'reinstall' | 'major-upgrade' | 'replace';
  /** The product that counts as the present one; null where nothing is installed. */
  readonly present: InstalledProduct | null;
  readonly steps: readonly PlanStep[];
  /** What to do where a step fails after something was removed: puts back what can be put back. */
  readonly wayBack: readonly PlanStep[];
  /** True where something is removed first and can't be put back, because its file is not in the cache. */
  readonly noWayBack: boolean;
}

/**
 * The plan for `target`, given the related products that are installed (the highest version counts as the present):
 *
 * - nothing installed: install;
 * - the present one has the target's ProductCode and is not higher: reinstall over it (`REINSTALL=ALL`,
 *   `REINSTALLMODE=vomus`: Windows Installer SDK, "Patching and Upgrades", small and minor updates);
 * - all are lower in the first three fields: major upgrade, after which the old ones must be gone;
 * - else (lower target, or one that differs in the fourth field or not at all, none of which an Upgrade table finds):
 *   remove first what is not lower than the target, then install. Never the other way round: a removal afterwards can
 *   take the new product's files with it. The same ProductCode at a higher version goes this way too, because a
 *   reinstallation does not put older files over newer ones.
 *
 * A target that is no version throws a `RangeError`; an installed one that is none counts as lowest, but is removed
 * first, as nothing is known of its order.
 */
export function planInstall(target: PlanTarget, installed: readonly InstalledProduct[]): InstallPlan {
  parseVersion(target.version);
  const present = highest(installed);
  if (present === null) return plan('install', null, [install(target)]);

  const mustGoFirst = installed.filter((product) => blocks(product, target));
  const rest = installed.filter((product) => !mustGoFirst.includes(product));
  // A reinstallation leaves related products alone; an installation upgrades them.
  const arrival = rest.some((product) => isSameProduct(product, target))
    ? [reinstall(target)]
    : [install(target), ...rest.map(verifyGone)];
  if (mustGoFirst.length === 0) {
    return plan(arrival.length === 1 ? 'reinstall' : 'major-upgrade', present, arrival);
  }
  const removals = mustGoFirst.flatMap((product) => [remove(product), verifyGone(product)]);
  return {
    ...plan('replace', present, [...removals, ...arrival]),
    wayBack: mustGoFirst.flatMap(putBack),
    noWayBack: mustGoFirst.some(({ cachedFile }) => cachedFile === null),
  };
}

function plan(kind: InstallPlan['kind'], present: InstalledProduct | null, steps: readonly PlanStep[]): InstallPlan {
  return { kind, present, steps, wayBack: [], noWayBack: false };
}

function highest(installed: readonly InstalledProduct[]): InstalledProduct | null {
  return installed.reduce<InstalledProduct | null>((best, product) => {
    if (best === null || !isVersion(best.version)) return isVersion(product.version) ? product : (best ?? product);
    return isVersion(product.version) && compareVersions(product.version, best.version) > 0 ? product : best;
  }, null);
}

/** True where the target can't be installed while the product is there. */
function blocks(product: InstalledProduct, target: PlanTarget): boolean {
  if (!isVersion(product.version)) return !isSameProduct(product, target);
  if (isSameProduct(product, target)) return compareVersions(product.version, target.version) > 0;
  return compareThreeFields(product.version, target.version) >= 0;
}

function isSameProduct(product: { readonly productCode: string }, target: PlanTarget): boolean {
  return product.productCode.toUpperCase() === target.productCode.toUpperCase();
}

function install({ productCode, version, file }: PlanTarget): PlanStep {
  return { do: 'install', productCode, version, file, properties: {} };
}

function reinstall({ productCode, version, file }: PlanTarget): PlanStep {
  const properties = { REINSTALL: 'ALL', REINSTALLMODE: 'vomus' };
  return { do: 'install', productCode, version, file, properties };
}

function remove({ productCode }: InstalledProduct): PlanStep {
  return { do: 'remove', productCode };
}

function verifyGone({ productCode }: InstalledProduct): PlanStep {
  return { do: 'verify-gone', productCode };
}

function putBack({ productCode, version, cachedFile }: InstalledProduct): PlanStep[] {
  return cachedFile === null ? [] : [{ do: 'install', productCode, version, file: cachedFile, properties: {} }];
}
