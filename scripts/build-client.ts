// `npm run build:client`: the workstation client in dist/client: one executable for Windows with the program that shortcuts
// point at and an MSI of both, and one executable for Linux. Does nothing where they were made of the same code already.
//
//     npm run build:client -- [--sign COMMAND] [--version X.Y.Z] [--out FOLDER] [--platform win-x64|linux-x64]
//                            [--no-wine]
//
// COMMAND signs: see docs/deploying.md. With `--entry FILE` an executable of another program is made, without an MSI.
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { bundle } from './client/bundle.ts';
import { makePackage, packageSource } from './client/installer-package.ts';
import { launcherProgram, launcherSource } from './client/launcher-program.ts';
import { nodeBinary, nodeLicense, type ClientPlatform } from './client/node-binaries.ts';
import { withFacts } from './client/program-facts.ts';
import { sign } from './client/sign.ts';
import { makeBlob, makeExecutable } from './client/single-executable.ts';
import { clientTools, ensureTools, hasWine } from './debian-tools.mjs';
import { root } from './setup.mjs';

const cache = join(root, '.build', 'client');
const executableNames: Readonly<Record<ClientPlatform, string>> = {
  'win-x64': 'usher-client.exe',
  'linux-x64': 'usher-client',
};
/** An executable must stay under this: it goes to every workstation. */
const largestExecutable = 95_000_000;

const withoutWine =
  'Without Wine nothing is compiled beforehand for Windows: each start of usher-client.exe takes some 40 ms longer.\n';

const help = `usage: npm run build:client [-- OPTIONS]

Builds the workstation client in dist/client: executables for Windows and Linux, and the MSI for Windows.

  --sign COMMAND        signs each Windows program and the MSI; docs/deploying.md says how (USHER_SIGN_COMMAND)
  --version X.Y.Z       which version it is (that of package.json)
  --out FOLDER          where it goes (dist/client)
  --platform PLATFORM   win-x64 or linux-x64, may be repeated (both)
  --no-wine             compiles nothing beforehand for Windows, as where Wine is not installed
  --entry FILE          makes executables of another program, without an MSI
`;

/** What is to be built. */
interface Order {
  readonly entry: string;
  readonly out: string;
  readonly platforms: readonly ClientPlatform[];
  readonly version: string;
  /** A shell command; null: nothing is signed. */
  readonly signing: string | null;
  /** With the program for shortcuts and the MSI. */
  readonly isClient: boolean;
  /** Compiles beforehand what a start runs on Windows, too. */
  readonly usesWine: boolean;
}

/** Says whether the files that were made of exactly this are there; sizes show that they are whole. */
async function isMade(stamp: string, inputs: string, targets: readonly string[]): Promise<boolean> {
  if (!existsSync(stamp) || !targets.every((target) => existsSync(target))) return false;
  return (await readFile(stamp, 'utf8')) === (await stampText(inputs, targets));
}

async function stampText(inputs: string, targets: readonly string[]): Promise<string> {
  const sizes = await Promise.all(targets.map(async (target) => (await stat(target)).size));
  return `${JSON.stringify({ inputs, sizes })}\n`;
}

/** Everything that what is built depends on: the code, what it is built by, and how. */
async function inputsHash(code: Uint8Array, { signing, version, isClient, usesWine }: Order): Promise<string> {
  const hash = createHash('sha256').update(code).update(JSON.stringify({ signing, version, isClient, usesWine }));
  const parts = (await readdir(join(root, 'scripts', 'client'))).filter((name) => !name.endsWith('.test.ts')).sort();
  const files = ['build-client.ts', ...parts.map((name) => join('client', name))];
  for (const file of [...files.map((name) => join(root, 'scripts', name)), launcherSource, packageSource]) {
    hash.update(await readFile(file));
  }
  return hash.digest('hex');
}

async function makeExecutables(
  code: Uint8Array,
  { platforms, version, out, isClient, usesWine }: Order,
): Promise<void> {
  const work = await mkdtemp(join(cache, 'bundle-'));
  try {
    const bundlePath = join(work, 'client.cjs');
    await writeFile(bundlePath, code);
    for (const platform of platforms) {
      const blob = await makeBlob(bundlePath, { platform, isClient, hasWine: usesWine }, cache);
      await makeExecutable({ platform, blob, version }, join(out, executableNames[platform]), cache);
    }
  } finally {
    await rm(work, { recursive: true });
  }
}

/** The program for shortcuts and the MSI; each program is signed before it is packed, and the MSI last. */
async function makeInstaller({ out, version, signing }: Order): Promise<void> {
  const path = (name: string) => join(out, name);
  const facts = { version, description: 'Starts an application through Usher', fileName: 'usher-start.exe' };
  await writeFile(path('usher-start.exe'), withFacts(await launcherProgram(), facts));
  if (signing !== null) for (const name of ['usher-client.exe', 'usher-start.exe']) await sign(path(name), signing);
  const files = {
    'usher-client.exe': path('usher-client.exe'),
    'usher-start.exe': path('usher-start.exe'),
    'LICENSE.txt': join(root, 'LICENSE'),
    'LICENSE-node.txt': path('LICENSE-node.txt'),
  };
  await makePackage(files, version, path('usher-client.msi'));
  if (signing !== null) await sign(path('usher-client.msi'), signing);
}

async function buildClient(order: Order): Promise<void> {
  const { out, platforms, isClient } = order;
  const hasInstaller = isClient && platforms.includes('win-x64');
  ensureTools(clientTools({ hasInstaller, platforms }));
  const code = await bundle(order.entry, order.version);
  const inputs = await inputsHash(code, order);
  const names = platforms.map((platform) => executableNames[platform]);
  const targets = [...names, ...(hasInstaller ? ['usher-start.exe', 'usher-client.msi'] : [])].map((name) =>
    join(out, name),
  );
  const stamp = join(out, `.made-${platforms.join('+')}.json`);
  if (await isMade(stamp, inputs, targets)) {
    process.stdout.write('The client is up to date.\n');
    return;
  }
  await mkdir(out, { recursive: true });
  await rm(stamp, { force: true });
  for (const platform of platforms) await nodeBinary(platform, cache);
  await copyFile(await nodeLicense(cache), join(out, 'LICENSE-node.txt'));
  await makeExecutables(code, order);
  if (hasInstaller) await makeInstaller(order);
  if (hasInstaller && !order.usesWine) process.stdout.write(withoutWine);
  for (const target of targets) {
    const { size } = await stat(target);
    process.stdout.write(`${relative(root, target)} ${(size / 1e6).toFixed(1)} MB\n`);
    if (!target.endsWith('.msi') && size > largestExecutable) throw new Error(`${target} is larger than 95 MB`);
  }
  await writeFile(stamp, await stampText(inputs, targets));
}

/** What the arguments ask for; null where they ask how to call it. */
async function readOrder(): Promise<Order | null> {
  const { values } = parseArgs({
    options: {
      entry: { type: 'string' },
      out: { type: 'string', default: join(root, 'dist', 'client') },
      platform: { type: 'string', multiple: true },
      version: { type: 'string' },
      sign: { type: 'string' },
      'no-wine': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return null;
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  return {
    entry: resolve(values.entry ?? join(root, 'packages', 'client', 'src', 'main.ts')),
    out: resolve(values.out),
    platforms: (['win-x64', 'linux-x64'] as const).filter((platform) => values.platform?.includes(platform) ?? true),
    version: values.version ?? version,
    signing: values.sign ?? process.env.USHER_SIGN_COMMAND ?? null,
    isClient: values.entry === undefined,
    usesWine: !values['no-wine'] && hasWine(),
  };
}

try {
  const order = await readOrder();
  if (order === null) process.stdout.write(help);
  else await buildClient(order);
} catch (error) {
  process.stderr.write(`The client could not be built: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
