// Puts the bundled client into a Node, which makes one executable of the two (Node's single executable applications).
import { execFile } from 'node:child_process';
import { chmod, mkdtemp, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeBinary, type ClientPlatform } from './node-binaries.ts';
import { removeAuthenticode } from './remove-authenticode.ts';

/** The string in Node's binary that says whether a program was put into it. */
const fuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

/**
 * What the executable's Node is told. Nothing from outside may change how the client runs, as it runs with rights
 * that the person at the machine lacks: NODE_OPTIONS is not read (`execArgvExtension`), and no debugger can be
 * switched on in the running process. Code cache and snapshot would fit only the platform that made them.
 */
export const executableConfiguration = {
  disableExperimentalSEAWarning: true,
  useSnapshot: false,
  useCodeCache: false,
  execArgv: ['--disable-sigusr1', '--no-warnings'],
  execArgvExtension: 'none',
} as const;

const run = promisify(execFile);
const postject = fileURLToPath(import.meta.resolve('postject')).replace(/api\.js$/, 'cli.js');

/** Makes of a bundle (CommonJS) what is put into every platform's Node. The same Node must make it that will run it. */
export async function makeBlob(bundle: string, cache: string): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error(`the client is built on x64 Linux, not on ${process.platform}-${process.arch}`);
  }
  const program = await nodeBinary('linux-x64', cache);
  const output = `${bundle}.blob`;
  const configuration = `${bundle}.json`;
  await writeFile(configuration, JSON.stringify({ main: bundle, output, ...executableConfiguration }));
  await run(program, ['--experimental-sea-config', configuration]);
  return output;
}

/** Writes `target`: the Node of `platform` with `blob` in it. @throws {Error} where a step fails, with what it said */
export async function makeExecutable(
  platform: ClientPlatform,
  blob: string,
  target: string,
  cache: string,
): Promise<void> {
  const program = await nodeBinary(platform, cache);
  const folder = await mkdtemp(join(dirname(target), '.making-'));
  try {
    const making = join(folder, 'executable');
    const node = await readFile(program);
    await writeFile(making, platform === 'win-x64' ? removeAuthenticode(node) : node);
    await run(process.execPath, [postject, making, 'NODE_SEA_BLOB', blob, '--sentinel-fuse', fuse]);
    // postject writes a program with the wrong blob, or none, only with a failure status; a file that has not grown says so too.
    if ((await stat(making)).size <= node.length - maximumSignature)
      throw new Error(`postject put nothing into ${target}`);
    await chmod(making, 0o755);
    await rename(making, target);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The most that taking the signature off makes a program smaller. */
const maximumSignature = 64 * 1024;
