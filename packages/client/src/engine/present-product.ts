// What is known of the engine's product, and what of it is installed on this machine.
import type { PolicyDocument } from '@usher/protocol';
import { ifThereIsRoom } from '../state/room.ts';
import type { KnownProduct } from '../state/state-folder.ts';
import type { Engine } from './engine.ts';
import type { InstalledProduct } from './installer-driver.ts';

/** What is installed now. */
export async function installedNow(engine: Engine): Promise<InstalledProduct | null> {
  return await presentProduct(engine, await knownProduct(engine));
}

/** What is known of the product: learned from policies, or named by its UpgradeCode. */
export async function knownProduct({ product, productReference }: Engine): Promise<KnownProduct> {
  const known = (await product.known.read()) ?? { id: null, name: null, upgradeCodes: [] };
  const isUpgradeCode = productReference?.startsWith('{') === true;
  const upgradeCodes = isUpgradeCode ? [productReference.toUpperCase(), ...known.upgradeCodes] : known.upgradeCodes;
  return { ...known, upgradeCodes: [...new Set(upgradeCodes)] };
}

/** The installed product that counts: the highest version of those related by an UpgradeCode. */
export async function presentProduct(
  { driver }: Pick<Engine, 'driver'>,
  { upgradeCodes, productCode }: KnownProduct,
): Promise<InstalledProduct | null> {
  if (upgradeCodes.length === 0) return null;
  const expected = productCode === undefined ? [] : [productCode];
  return (await driver.installed(upgradeCodes, expected))[0] ?? null;
}

/**
 * The same once the rules are known. It is looked up again only by an UpgradeCode that they have told: whoever checks holds
 * the lock, so that no client installs meanwhile, and what another program installs can come at any moment after, too.
 */
export async function presentByNow(
  engine: Engine,
  before: KnownProduct,
  installed: InstalledProduct | null,
  after: KnownProduct,
): Promise<InstalledProduct | null> {
  const isKnown = after.upgradeCodes.every((code) => before.upgradeCodes.includes(code));
  return isKnown ? installed : await presentProduct(engine, after);
}

/**
 * Notes the product's id and name, the UpgradeCode by which Windows Installer relates its versions, and what was there.
 * @param keeps false: nothing is written
 */
export async function learn(
  engine: Engine,
  known: KnownProduct,
  installed: InstalledProduct | null,
  policy: PolicyDocument,
  keeps = true,
): Promise<KnownProduct> {
  const named = policy.product.upgradeCode ?? policy.assignment?.target.upgradeCode ?? null;
  const upgradeCodes = new Set([...known.upgradeCodes, ...(named === null ? [] : [named.toUpperCase()])]);
  const { id, name } = policy.product;
  const productCode = installed === null ? {} : { productCode: installed.productCode };
  const learned = { id, name, upgradeCodes: [...upgradeCodes], ...productCode };
  if (keeps && JSON.stringify(learned) !== JSON.stringify(await engine.product.known.read())) {
    await ifThereIsRoom(engine.log, () => engine.product.known.write(learned));
  }
  return learned;
}
