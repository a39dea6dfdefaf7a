// The installer driver for Linux: unpacks an MSI with `msiextract` and keeps its own record of what it unpacked.
//
// It is for trying Usher out, for development and for tests, and claims no more: no custom action runs, no property
// has an effect, nothing is registered with the system. What is real is everything around it: which versions are
// there, that files appear and go, that a file which can't be unpacked fails.
import { appendFile, chmod, mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { systemCode } from '../client-error.ts';
import type {
  InstalledProduct,
  InstallerDriver,
  InstallerResult,
  InstallRequest,
  RemoveRequest,
} from '../engine/installer-driver.ts';
import type { ProcessRunner } from '../engine/process-runner.ts';
import { isDiskFull } from '../state/room.ts';
import type { StateFolder } from '../state/state-folder.ts';
import { highestFirst } from '../windows/registered-products.ts';

const timeLimitMs = 15 * 60 * 1000;
/** Windows Installer's own codes, where what happened is the same. */
const done = 0;
const fatalError = 1603;
const unknownProduct = 1605;

/** Where the driver notes what it has unpacked. */
type RecordFiles = Pick<StateFolder, 'installed' | 'installedCopy'>;

/** Unpacks installers into `FOLDER/UPGRADE-CODE` (without braces, in lower case), one version at a time. */
export class UnpackingDriver implements InstallerDriver {
  readonly #run: ProcessRunner;
  readonly #state: RecordFiles;
  readonly #folder: string | null;

  /** @param folder null where none was set at the activation: then nothing can be installed, and nothing is */
  constructor(run: ProcessRunner, state: RecordFiles, folder: string | null) {
    this.#run = run;
    this.#state = state;
    this.#folder = folder;
  }

  async installed(upgradeCodes: readonly string[]): Promise<readonly InstalledProduct[]> {
    const wanted = new Set(upgradeCodes.map((code) => code.toUpperCase()));
    const products = await this.#products();
    for (const product of products) await this.#finish(product);
    return products
      .filter(({ upgradeCode }) => wanted.has(upgradeCode))
      .map(({ productCode, version }) => ({ productCode, version }))
      .sort(highestFirst);
  }

  async install({ file, logFile }: InstallRequest): Promise<InstallerResult> {
    if (this.#folder === null) return this.#failed(logFile, (await this.trouble()) ?? '');
    const { readInstaller } = await import('@usher/msi');
    const facts = await readInstaller(file);
    const folder = join(this.#folder, facts.upgradeCode.replace(/[{}]/g, '').toLowerCase());
    const fresh = `${folder}.new`;
    await rm(fresh, { recursive: true, force: true });
    await mkdir(fresh, { recursive: true });
    const trouble = await this.#unpack(file, fresh);
    if (trouble !== null) {
      await rm(fresh, { recursive: true, force: true });
      return this.#failed(logFile, trouble);
    }
    await makeProgramsExecutable(fresh);
    const { productCode, upgradeCode, productVersion: version, productName: name } = facts;
    const products = await this.#products();
    const before = products.find((each) => each.upgradeCode === upgradeCode);
    // The record decides: until it names the new one, what was there before can be put back, and is.
    if (before === undefined) await rm(folder, { recursive: true, force: true });
    else await moveIfThere(folder, asideOf({ ...before, folder }));
    await rename(fresh, folder);
    const others = products.filter((each) => each !== before);
    const product = { productCode, upgradeCode, version, name, folder };
    await this.#record([...others, product]);
    await this.#finish(product);
    await this.#note(logFile, `Unpacked ${name} ${version} into ${folder}.`);
    return { exitCode: done };
  }

  async remove({ productCode, logFile }: RemoveRequest): Promise<InstallerResult> {
    const products = await this.#products();
    const product = products.find((each) => each.productCode === productCode);
    if (product === undefined) return { exitCode: unknownProduct };
    await this.#record(products.filter((each) => each !== product));
    await rm(product.folder, { recursive: true, force: true });
    await this.#note(logFile, `Removed ${product.name} ${product.version} from ${product.folder}.`);
    return { exitCode: done };
  }

  async trouble(): Promise<string | null> {
    if (this.#folder === null) {
      return 'No folder is set to unpack installers into. Activate again with --unpack-into FOLDER.';
    }
    try {
      await this.#run('msiextract', ['--version'], { timeoutMs: 10_000 });
      return null;
    } catch (error) {
      return cannotStart(error);
    }
  }

  async #products(): Promise<readonly Unpacked[]> {
    return ((await this.#state.installed.read()) ?? (await this.#state.installedCopy.read()))?.products ?? [];
  }

  /** Twice, as there is no Windows Installer that would know it, too. */
  async #record(products: readonly Unpacked[]): Promise<void> {
    await this.#state.installed.write({ products: [...products] });
    await this.#state.installedCopy.write({ products: [...products] });
  }

  /** Null where it went well, else why not. */
  async #unpack(file: string, folder: string): Promise<string | null> {
    try {
      const { exitCode } = await this.#run('msiextract', ['-C', folder, file], { timeoutMs: timeLimitMs });
      return exitCode === 0 ? null : `msiextract ended with ${exitCode ?? 'a signal'} on ${file}`;
    } catch (error) {
      return cannotStart(error);
    }
  }

  async #failed(logFile: string, why: string): Promise<InstallerResult> {
    await this.#note(logFile, why);
    return { exitCode: fatalError };
  }

  /** A disk that is full keeps no log, and that alone stops nothing. */
  async #note(logFile: string, text: string): Promise<void> {
    try {
      await appendFile(logFile, `${text}\n`);
    } catch (error) {
      if (!isDiskFull(error)) throw error;
    }
  }

  /** Puts back what an installation that was cut off had put aside, and removes what one that was done left. */
  async #finish(product: Unpacked): Promise<void> {
    const name = basename(product.folder);
    const parent = dirname(product.folder);
    for (const entry of await namesIn(parent)) {
      if (!entry.startsWith(`${name}.old-`)) continue;
      const aside = join(parent, entry);
      const isBefore = aside === asideOf(product);
      await rm(isBefore ? product.folder : aside, { recursive: true, force: true });
      if (isBefore) await rename(aside, product.folder);
    }
  }
}

type Unpacked = NonNullable<Awaited<ReturnType<StateFolder['installed']['read']>>>['products'][number];

/** Where a version waits while another is put into its place. */
function asideOf({ folder, productCode, version }: Unpacked): string {
  return `${folder}.old-${productCode.replace(/[{}]/g, '').toLowerCase()}-${version}`;
}

async function moveIfThere(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  }
}

function cannotStart(error: unknown): string {
  return `msiextract cannot be started (${systemCode(error) ?? '?'}). Install the package msitools.`;
}

/** An MSI knows no execute permission: scripts (`#!`) and ELF programs get it, so that they can be started. */
async function makeProgramsExecutable(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const handle = await open(path, 'r');
    const start = Buffer.alloc(4);
    try {
      await handle.read(start, 0, 4, 0);
    } finally {
      await handle.close();
    }
    if (start.toString('latin1').startsWith('#!') || start.equals(Buffer.from('\x7fELF', 'latin1'))) {
      await chmod(path, 0o755);
    }
  }
}
