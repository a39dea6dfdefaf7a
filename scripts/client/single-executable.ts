// Puts the bundled client into a Node, which makes one executable of the two (Node's single executable applications).
import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { assetNames, compiledBeforehand, launchingProgram, wrapped } from './code-cache.ts';
import { withoutPages } from './cut-elf.ts';
import { icuData, withFewerLanguages } from './fewer-languages.ts';
import { withoutVariables } from './ignored-variables.ts';
import { nodeBinary, type ClientPlatform } from './node-binaries.ts';
import { withFacts } from './program-facts.ts';
import { removeAuthenticode } from './remove-authenticode.ts';
import { thisLinux } from './usual-machine.ts';

/** The string in Node's binary that says whether a program was put into it. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * What the executable's Node is told. Nothing from outside may change how the client runs, as it runs with rights
 * that the person at the machine lacks: NODE_OPTIONS is not read (`execArgvExtension`), and no debugger can be
 * switched on in the running process.
 */
export const executableConfiguration = {
  disableExperimentalSEAWarning: true,
  useSnapshot: false,
  execArgv: ['--disable-sigusr1', '--no-warnings'],
  execArgvExtension: 'none',
} as const;

const run = promisify(execFile);
const postject = fileURLToPath(import.meta.resolve('postject')).replace(/api\.js$/, 'cli.js');

/** What the blob is made for. */
export interface BlobOrder {
  readonly platform: ClientPlatform;
  readonly isClient: boolean;
  /** Wine is there, to compile for Windows. */
  readonly hasWine: boolean;
}

/**
 * Makes of a bundle (CommonJS) what is put into a platform's Node. The same version of Node must make it that will run
 * it. Compiled code is kept in it where the platform's Node can run here: of the client what its starts run, of another
 * program for Linux what is compiled before it runs.
 */
export async function makeBlob(bundle: string, order: BlobOrder, cache: string): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the client is built on x64 Linux, not on ${process.platform}-${process.arch}`);
  }
  const { platform } = order;
  const output = `${bundle}.${platform}.blob`;
  const configuration = `${bundle}.${platform}.json`;
  const what = await blobContents(bundle, order, await nodeBinary(platform, cache));
  await writeFile(configuration, JSON.stringify({ ...what, output, ...executableConfiguration }));
  await run(await nodeBinary('linux-x64', cache), ['--experimental-sea-config', configuration]);
  return output;
}

async function blobContents(bundle: string, { platform, isClient, hasWine }: BlobOrder, node: string) {
  const isHere = platform === 'linux-x64';
  if (!isClient || !(isHere || hasWine)) return { main: bundle, useCodeCache: isHere };
  const named = `${bundle}.${platform}`;
  const [main, code, cache] = [`${named}.launching.cjs`, `${named}.code`, `${named}.compiled`];
  await writeFile(code, wrapped(await readFile(bundle)));
  const beforehand = await compiledOn(platform, node, bundle, code);
  await writeFile(cache, beforehand);
  await writeFile(main, launchingProgram(beforehand));
  return { main, useCodeCache: false, assets: { [assetNames.code]: code, [assetNames.compiled]: cache } };
}

async function compiledOn(platform: ClientPlatform, node: string, bundle: string, code: string): Promise<Buffer> {
  const flags = executableConfiguration.execArgv;
  if (platform === 'linux-x64') {
    const folder = `${code}.starts`;
    await mkdir(folder);
    return await compiledBeforehand(bundle, code, { machine: thisLinux(node, folder), flags });
  }
  const { WineMachine } = await import('./wine-machine.ts');
  await using machine = await WineMachine.create(node);
  return await compiledBeforehand(bundle, code, { machine, flags });
}

/**
 * The Linux executable without the data of languages that the client does not speak. Last of all: postject makes room for
 * the segment that this needs, and would not understand what comes of it.
 */
function withoutOtherLanguages(executable: Buffer): Buffer {
  const { start, end } = icuData(executable);
  const fewer = withFewerLanguages(executable.subarray(start));
  fewer.copy(executable.fill(0, start, end), start);
  return withoutPages(executable, { start: start + fewer.length, end });
}

/** What an executable is made of. */
export interface ExecutableParts {
  readonly platform: ClientPlatform;
  readonly blob: string;
  readonly version: string;
}

/** Writes `target`: the Node of a platform with the blob in it. @throws {Error} where a step fails, with what it said */
export async function makeExecutable(parts: ExecutableParts, target: string, cache: string): Promise<void> {
  const { platform, blob, version } = parts;
  const program = await nodeBinary(platform, cache);
  const folder = await mkdtemp(join(dirname(target), '.making-'));
  try {
    const making = join(folder, 'executable');
    const node = withoutVariables(await readFile(program));
    if (platform === 'win-x64') {
      const description = 'Usher client';
      const facts = { version, description, fileName: 'usher-client.exe' };
      await writeFile(making, withFacts(removeAuthenticode(node), facts));
    } else {
      await writeFile(making, node);
      // Names for a debugger, a seventh of the file. Before the blob: `strip` would take that away too.
      await run('strip', ['--strip-all', making]);
    }
    const before = (await stat(making)).size;
    await run(process.execPath, [postject, making, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse]);
    // postject ends with a failure where it cannot put the blob in; a file that has not grown says so too.
    if ((await stat(making)).size <= before) throw new Error(`postject put nothing into ${target}`);
    if (platform === 'linux-x64') await writeFile(making, withoutOtherLanguages(await readFile(making)));
    await chmod(making, 0o755);
    await rename(making, target);
  } finally {
    await rm(folder, { recursive: true });
  }
}
