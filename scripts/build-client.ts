// `npm run build:client`: the workstation client as one executable for Windows and one for Linux, in dist/client.
// Does nothing where they are there already and were made of the same code.
//
//     node scripts/run.mjs scripts/build-client.ts [--entry FILE] [--out FOLDER] [--platform win-x64|linux-x64]
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { build, type Plugin } from 'esbuild';
import { carriedNodeVersion, nodeBinary, nodeLicense, type ClientPlatform } from './client/node-binaries.ts';
import { executableConfiguration, makeBlob, makeExecutable } from './client/single-executable.ts';
import { root } from './setup.mjs';

const cache = join(root, '.build', 'client');
const executableNames: Readonly<Record<ClientPlatform, string>> = {
  'win-x64': 'usher-client.exe',
  'linux-x64': 'usher-client',
};
/** The Windows executable must stay under this: it goes to every workstation. */
const largestWindowsExecutable = 95_000_000;

/** The inspection of uploads starts a worker from a file beside it: the server's alone, and not for the bundle. */
const withoutTheServersPart: Plugin = {
  name: 'without-the-servers-part',
  setup: (bundler) => {
    const contents = "export const inspectInstaller = () => { throw new Error('not in the client'); };";
    bundler.onLoad({ filter: /packages[/\\]msi[/\\]src[/\\]inspect-installer\.ts$/ }, () => ({
      contents,
      loader: 'ts',
    }));
  },
};

/** Bundles the client and all that it imports to one CommonJS text, which a single executable needs. */
async function bundle(entry: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: `node${carriedNodeVersion}`,
    legalComments: 'eof',
    logLevel: 'silent',
    absWorkingDir: root,
    // Where the file lies means nothing in a single executable: code that asks must not get in.
    logOverride: { 'empty-import-meta': 'error' },
    plugins: [withoutTheServersPart],
  });
  const said = result.warnings.map((warning) => `${warning.location?.file ?? ''}: ${warning.text}`);
  if (said.length > 0) throw new Error(`the bundle has warnings:\n${said.join('\n')}`);
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error('esbuild gave no output');
  return output.contents;
}

/** Says whether the executables that were made of exactly this are there; sizes show that they are whole. */
async function isMade(stamp: string, inputs: string, targets: readonly string[]): Promise<boolean> {
  if (!existsSync(stamp) || !targets.every((target) => existsSync(target))) return false;
  return (await readFile(stamp, 'utf8')) === (await stampText(inputs, targets));
}

async function stampText(inputs: string, targets: readonly string[]): Promise<string> {
  const sizes = await Promise.all(targets.map(async (target) => (await stat(target)).size));
  return `${JSON.stringify({ inputs, sizes })}\n`;
}

async function inputsHash(code: Uint8Array): Promise<string> {
  const hash = createHash('sha256').update(code).update(JSON.stringify(executableConfiguration));
  for (const file of [
    'build-client.ts',
    'client/node-binaries.ts',
    'client/single-executable.ts',
    'client/remove-authenticode.ts',
  ]) {
    hash.update(await readFile(join(root, 'scripts', file)));
  }
  return hash.digest('hex');
}

async function buildClient(entry: string, out: string, platforms: readonly ClientPlatform[]): Promise<void> {
  const code = await bundle(entry);
  const inputs = await inputsHash(code);
  const targets = platforms.map((platform) => join(out, executableNames[platform]));
  const stamp = join(out, `.made-${platforms.join('+')}.json`);
  if (await isMade(stamp, inputs, targets)) {
    process.stdout.write('The client is up to date.\n');
    return;
  }
  await mkdir(out, { recursive: true });
  for (const platform of platforms) await nodeBinary(platform, cache);
  await copyFile(await nodeLicense(cache), join(out, 'LICENSE-node.txt'));
  const work = await mkdtemp(join(cache, 'bundle-'));
  try {
    const bundlePath = join(work, 'client.cjs');
    await writeFile(bundlePath, code);
    const blob = await makeBlob(bundlePath, cache);
    await Promise.all(
      platforms.map((platform) => makeExecutable(platform, blob, join(out, executableNames[platform]), cache)),
    );
  } finally {
    await rm(work, { recursive: true });
  }
  for (const target of targets) {
    const { size } = await stat(target);
    process.stdout.write(`${relative(root, target)} ${(size / 1e6).toFixed(1)} MB\n`);
    if (target.endsWith('.exe') && size > largestWindowsExecutable) throw new Error(`${target} is larger than 95 MB`);
  }
  await writeFile(stamp, await stampText(inputs, targets));
}

const { values } = parseArgs({
  options: {
    entry: { type: 'string', default: join(root, 'packages', 'client', 'src', 'main.ts') },
    out: { type: 'string', default: join(root, 'dist', 'client') },
    platform: { type: 'string', multiple: true },
  },
});
const platforms = (['win-x64', 'linux-x64'] as const).filter((platform) => values.platform?.includes(platform) ?? true);
try {
  await buildClient(resolve(values.entry), resolve(values.out), platforms);
} catch (error) {
  process.stderr.write(`The client could not be built: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
