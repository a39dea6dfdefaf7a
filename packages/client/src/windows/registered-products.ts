// Finds the installed versions of a product in the Windows registry, by its UpgradeCodes.
import { compareVersions, isVersion } from '@usher/core';
import type { InstalledProduct } from '../engine/installer-driver.ts';
import { packGuid, unpackGuid } from './packed-guid.ts';
import { registryViews, type Registry, type RegistryView } from './registry.ts';

const currentVersion = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion';
/**
 * Where Windows Installer keeps which products share an UpgradeCode; the Uninstall keys do not hold it. `Classes` is one key
 * for both views since Windows 7; the other place is not said to be ("Registry Keys Affected by WOW64", Windows).
 */
const upgradeCodeKeys: readonly (readonly [key: string, view: RegistryView])[] = [
  [`${currentVersion}\\Installer\\UpgradeCodes`, '64'],
  [`${currentVersion}\\Installer\\UpgradeCodes`, '32'],
  ['HKLM\\Software\\Classes\\Installer\\UpgradeCodes', '64'],
];

/**
 * Everything installed for the machine that is related to one of the UpgradeCodes, highest version first. A product
 * that the UpgradeCodes name but that has no DisplayVersion in either view is the remains of a removal, and left out.
 * @param expected product codes whose versions are asked for at the same time as the rest: each round of questions takes as
 *   long as a program takes to start. Whether they are installed is for the UpgradeCodes to say
 * @throws ClientError `registry.unreadable`
 */
export async function registeredProducts(
  registry: Registry,
  upgradeCodes: readonly string[],
  expected: readonly string[] = [],
): Promise<readonly InstalledProduct[]> {
  if (upgradeCodes.length === 0) return [];
  const lookups = upgradeCodes.flatMap((code) =>
    upgradeCodeKeys.map(([key, view]) => registry.values(`${key}\\${packGuid(code)}`, view)),
  );
  const [named, seen] = await Promise.all([Promise.all(lookups), versionsOf(registry, expected)]);
  const productCodes = new Set(named.flat().flatMap(({ name }) => unpackGuid(name) ?? []));
  await registry.requireReadable();
  // What is expected and was not seen may have come between the two answers.
  const unseen = [...productCodes].filter((code) => !seen.some(({ productCode }) => productCode === code));
  const present = seen.filter(({ productCode }) => productCodes.has(productCode));
  return [...present, ...(await versionsOf(registry, unseen))].sort(highestFirst);
}

/** Those of the products that have a version. */
async function versionsOf(registry: Registry, codes: readonly string[]): Promise<readonly InstalledProduct[]> {
  return (await Promise.all(codes.map((code) => displayVersion(registry, code)))).flat();
}

/** Most are in the first view: the other one is asked where it has none. */
async function displayVersion(registry: Registry, productCode: string): Promise<readonly InstalledProduct[]> {
  for (const view of registryViews) {
    const key = `${currentVersion}\\Uninstall\\${productCode}`;
    const version = (await registry.value(key, 'DisplayVersion', view))?.trim() ?? '';
    if (version !== '') return [{ productCode, version }];
  }
  return [];
}

/** Highest version first; one that can't be read comes last. */
export function highestFirst(a: InstalledProduct, b: InstalledProduct): number {
  if (isVersion(a.version) && isVersion(b.version)) return compareVersions(b.version, a.version);
  return Number(isVersion(b.version)) - Number(isVersion(a.version));
}
