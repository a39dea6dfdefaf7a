// Finds the installed versions of a product in the Windows registry, by its UpgradeCodes.
import { compareVersions, isVersion } from '@usher/core';
import type { InstalledProduct } from '../engine/installer-driver.ts';
import { packGuid, unpackGuid } from './packed-guid.ts';
import { registryViews, type Registry, type RegistryView } from './registry.ts';

const currentVersion = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion';
/** Where Windows Installer keeps which products share an UpgradeCode; the Uninstall keys do not hold it. */
const upgradeCodeKeys = [
  `${currentVersion}\\Installer\\UpgradeCodes`,
  'HKLM\\Software\\Classes\\Installer\\UpgradeCodes',
];

/**
 * Everything installed for the machine that is related to one of the UpgradeCodes, highest version first. A product
 * that the UpgradeCodes name but that has no DisplayVersion in either view is the remains of a removal, and left out.
 * @throws ClientError `registry.unreadable`
 */
export async function registeredProducts(
  registry: Registry,
  upgradeCodes: readonly string[],
): Promise<readonly InstalledProduct[]> {
  const lookups = upgradeCodes.flatMap((code) =>
    upgradeCodeKeys.flatMap((key) => registryViews.map((view) => registry.values(`${key}\\${packGuid(code)}`, view))),
  );
  const named = (await Promise.all(lookups)).flat();
  const productCodes = new Set(named.flatMap(({ name }) => unpackGuid(name) ?? []));
  if (lookups.length > 0) await registry.requireReadable();
  const products = await Promise.all([...productCodes].map((code) => displayVersions(registry, code)));
  return products.flat().sort(highestFirst);
}

async function displayVersions(registry: Registry, productCode: string): Promise<readonly InstalledProduct[]> {
  const key = `${currentVersion}\\Uninstall\\${productCode}`;
  const read = (view: RegistryView) => registry.value(key, 'DisplayVersion', view);
  const versions = await Promise.all(registryViews.map(read));
  const found = versions.find((version) => version !== null && version.trim() !== '');
  return found === undefined || found === null ? [] : [{ productCode, version: found.trim() }];
}

/** Highest version first; one that can't be read comes last. */
export function highestFirst(a: InstalledProduct, b: InstalledProduct): number {
  if (isVersion(a.version) && isVersion(b.version)) return compareVersions(b.version, a.version);
  return Number(isVersion(b.version)) - Number(isVersion(a.version));
}
