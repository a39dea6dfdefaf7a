// Makes `usher-client.msi` of the finished programs, with `wixl` and `msibuild`.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, link, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { root } from '../setup.mjs';
import { clientProduct } from './program-facts.ts';

/** What the package is compiled from; what is built depends on it. */
export const packageSource = join(root, 'packaging', 'windows', 'usher-client.wxs');

/** What every version of the client shares. It never changes: Windows Installer and Usher know the product by it. */
const upgradeCode = '{EE329F09-C33D-4CE1-A6FB-4E1315DDCFA9}';

/** Files of the package, by the name that they are installed under. */
export interface PackagedFiles {
  readonly 'usher-client.exe': string;
  readonly 'usher-start.exe': string;
  readonly 'LICENSE.txt': string;
  readonly 'LICENSE-node.txt': string;
}

/**
 * Types of custom actions ("Custom Action Types", Windows Installer SDK): a program that the package installs (18), run
 * within the transaction (0x400) as SYSTEM (0x800); when the transaction is undone (0x100); whatever it ends with
 * (0x40); its command line kept out of the log (0x2000). wixl does not know the second and the last but one.
 */
const installedProgram = 18 + 0x400 + 0x800;
const actionTypes: Readonly<Record<string, number>> = {
  ActivateWithFile: installedProgram + 0x2000,
  ActivateWithText: installedProgram + 0x2000,
  UndoService: installedProgram + 0x100 + 0x40,
  InstallService: installedProgram,
  RestoreService: installedProgram + 0x100 + 0x40,
  RemoveService: installedProgram + 0x40,
  EndService: installedProgram + 0x40,
};

/** Their places in the sequence, and that of the removal of older versions: first of all that changes anything. */
const places: Readonly<Record<string, number>> = {
  RemoveExistingProducts: 1501,
  RestoreService: 1801,
  RemoveService: 1802,
  EndService: 1803,
  ActivateWithFile: 4001,
  ActivateWithText: 4002,
  UndoService: 4003,
  InstallService: 4004,
};

/**
 * "Upgrade Table": an older one, or another build of the same version (both bounds count as in: 0x100, 0x200), is
 * removed; a newer one is only found (0x2). wixl always takes the lower bound for in, and the upper one for out.
 */
const upgrades = (version: string): readonly string[] => [
  // One by one: msibuild stops after the first that it deletes.
  ...['OLDERVERSION', 'NEWERVERSION'].map((name) => `DELETE FROM \`Upgrade\` WHERE \`ActionProperty\` = '${name}'`),
  ...[`'0.0.0', '${version}', 768, 'OLDERVERSION'`, `'${version}', '', 2, 'NEWERVERSION'`].map(
    (values) =>
      'INSERT INTO `Upgrade` (`UpgradeCode`, `VersionMin`, `VersionMax`, `Attributes`, `ActionProperty`) ' +
      `VALUES ('${upgradeCode}', ${values})`,
  ),
];

/** What Windows compares before it writes a file over another. */
const versionedFiles = ['client', 'launcher'];

/** Given silently to an installation, these must reach its elevated half. */
const secureProperties = ['NEWERVERSION', 'OLDERVERSION', 'USHER_KEY', 'USHER_KEY_FILE'].join(';');

/** What wixl cannot say, or puts down otherwise than its source says. */
function changes(version: string): readonly string[] {
  const each = (numbers: Readonly<Record<string, number>>, query: (name: string, value: number) => string) =>
    Object.entries(numbers).map(([name, value]) => query(name, value));
  return [
    `UPDATE \`Property\` SET \`Value\` = '${secureProperties}' WHERE \`Property\` = 'SecureCustomProperties'`,
    ...each(actionTypes, (name, type) => `UPDATE \`CustomAction\` SET \`Type\` = ${type} WHERE \`Action\` = '${name}'`),
    ...each(
      places,
      (name, at) => `UPDATE \`InstallExecuteSequence\` SET \`Sequence\` = ${at} WHERE \`Action\` = '${name}'`,
    ),
    ...upgrades(version),
    ...versionedFiles.map(
      (file) => `UPDATE \`File\` SET \`Version\` = '${version}.0', \`Language\` = '1033' WHERE \`File\` = '${file}'`,
    ),
  ];
}

const run = promisify(execFile);

/** A GUID that follows from `parts` (RFC 9562, version 8). */
function guidOf(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').toUpperCase();
  const groups = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `A${hash.slice(17, 20)}`];
  return `{${[...groups, hash.slice(20, 32)].join('-')}}`;
}

async function contentHash(files: PackagedFiles): Promise<string> {
  const hash = createHash('sha256');
  for (const path of [...(Object.values(files) as string[]), packageSource]) hash.update(await readFile(path));
  return hash.digest('hex');
}

/**
 * Writes the package of `version` (three numbers) to `target`; it is not signed.
 * @throws {Error} where `wixl` or `msibuild` is missing or refuses, or passes over a part of the source
 */
export async function makePackage(files: PackagedFiles, version: string, target: string): Promise<void> {
  if (!/^\d{1,3}\.\d{1,3}\.\d{1,5}$/.test(version)) throw new Error(`Windows Installer knows no version ${version}`);
  const folder = await mkdtemp(join(dirname(target), '.packing-'));
  try {
    for (const [name, path] of Object.entries(files) as [string, string][]) {
      await link(path, join(folder, name)).catch(() => copyFile(path, join(folder, name)));
    }
    const content = await contentHash(files);
    const variables = { Version: version, UpgradeCode: upgradeCode, ProductCode: guidOf('product', version, content) };
    const defined = Object.entries(variables).flatMap(([name, value]) => ['-D', `${name}=${value}`]);
    const made = join(folder, 'made.msi');
    await copyFile(packageSource, join(folder, 'usher-client.wxs'));
    // wixl takes the paths of files relative to its own folder.
    const { stderr } = await run('wixl', ['-a', 'x64', ...defined, '-o', made, 'usher-client.wxs'], { cwd: folder });
    if (stderr.includes('WARNING')) throw new Error(`wixl passed over a part of the source: ${stderr.trim()}`);
    const queries = changes(version);
    const facts = [clientProduct.name, clientProduct.company, 'x64;1033', guidOf('package', version, content)];
    await run('msibuild', [made, ...queries.flatMap((query) => ['-q', query]), '-s', ...facts]);
    await rename(made, target);
  } finally {
    await rm(folder, { recursive: true });
  }
}
