// Which version of which product the client itself is; the version is put in where its executable is built.
declare const __USHER_CLIENT_VERSION__: string | undefined;

/** Three numbers; `unreleased` where the client runs from its sources. */
export const clientVersion: string =
  typeof __USHER_CLIENT_VERSION__ === 'string' ? __USHER_CLIENT_VERSION__ : 'unreleased';

/** What all versions of the client's own MSI share; the server and Windows Installer know the product by it. */
export const clientUpgradeCode = '{EE329F09-C33D-4CE1-A6FB-4E1315DDCFA9}';

/** Is it one of the client's own packages, by its UpgradeCode? */
export function isClientItself(upgradeCode: string): boolean {
  return upgradeCode.toUpperCase() === clientUpgradeCode;
}
