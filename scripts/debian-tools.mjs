// The programs from Debian that the tests drive and the client is built with: what is missing is installed where that is
// possible, and named where it is not. Tests are never skipped for want of a tool.
import { spawnSync } from 'node:child_process';

/** Each tool as the program that shows it is there, and the package that brings it. */
const everyTool = [
  { program: 'wixl', package: 'wixl' },
  { program: 'msiinfo', package: 'msitools' },
  { program: 'osslsigncode', package: 'osslsigncode' },
  { program: 'openssl', package: 'openssl' },
];
/** What `npm run build:client` needs for the MSI, and for the executable of Linux. */
const forInstaller = [
  { program: 'wixl', package: 'wixl' },
  { program: 'msibuild', package: 'msitools' },
  { program: 'x86_64-w64-mingw32-gcc', package: 'gcc-mingw-w64-x86-64-win32' },
];
const forLinux = [{ program: 'strip', package: 'binutils' }];
const wine = [
  { program: 'wine', package: 'wine' },
  { program: '/usr/lib/wine/wine64', package: 'wine64' },
];
const fullOnly = [...forInstaller, ...forLinux, ...wine, { program: 'chromium', package: 'chromium' }];

/** @param {string} program */
function isThere(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/**
 * What the client's build needs.
 * @param {{ hasInstaller: boolean, platforms: readonly string[] }} order
 */
export function clientTools({ hasInstaller, platforms }) {
  return [...(hasInstaller ? forInstaller : []), ...(platforms.includes('linux-x64') ? forLinux : [])];
}

/** Whether programs for 64-bit Windows run here. */
export function hasWine() {
  return wine.every((tool) => isThere(tool.program));
}

/**
 * The tools of the tests; `quick` leaves out the browser, Wine and the client's build.
 * @param {{ quick: boolean }} options
 */
export function ensureDebianTools({ quick }) {
  ensureTools(quick ? everyTool : [...everyTool, ...fullOnly]);
}

/**
 * Installs what is missing (as root on a Debian), or throws with the command that a person has to run.
 * @param {readonly { program: string, package: string }[]} tools
 */
export function ensureTools(tools) {
  const missing = tools.filter((tool) => !isThere(tool.program));
  if (missing.length === 0) return;
  const packages = [...new Set(missing.map((tool) => tool.package))];
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !isThere('apt-get')) {
    throw new Error(`These Debian packages are needed: ${packages.join(', ')}. As root: ${command}`);
  }
  process.stderr.write(`Installing Debian packages: ${packages.join(', ')} …\n`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const script = `apt-get update -q && ${command}`;
  const result = spawnSync('sh', ['-c', script], {
    env: environment,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const stillMissing = missing.filter((tool) => !isThere(tool.program));
  if (stillMissing.length > 0) {
    throw new Error(
      `Could not install ${stillMissing.map((tool) => tool.package).join(', ')}:\n${result.stdout.slice(-2000)}${result.stderr.slice(-2000)}`,
    );
  }
}
