// The programs from Debian that the tests drive: what is missing is installed where that is possible, and
// named where it is not. Tests are never skipped for want of a tool.
import { spawnSync } from 'node:child_process';

/** Each tool as the program that shows it is there, and the package that brings it. */
const everyTool = [
  { program: 'wixl', package: 'wixl' },
  { program: 'msiinfo', package: 'msitools' },
  { program: 'osslsigncode', package: 'osslsigncode' },
  { program: 'openssl', package: 'openssl' },
];
const fullOnly = [
  { program: 'wine', package: 'wine' },
  { program: '/usr/lib/wine/wine64', package: 'wine64' },
  { program: 'chromium', package: 'chromium' },
];

/** @param {string} program */
function isThere(program) {
  return spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;
}

/**
 * Installs what is missing (as root on a Debian), or throws with the command that a person has to run.
 * @param {{ quick: boolean }} options `quick` leaves out the browser and Wine
 */
export function ensureDebianTools({ quick }) {
  const tools = quick ? everyTool : [...everyTool, ...fullOnly];
  const missing = tools.filter((tool) => !isThere(tool.program));
  if (missing.length === 0) return;
  const packages = missing.map((tool) => tool.package);
  const command = `apt-get install -y --no-install-recommends ${packages.join(' ')}`;
  const isRoot = process.getuid?.() === 0;
  if (!isRoot || !isThere('apt-get')) {
    throw new Error(`The tests need these Debian packages: ${packages.join(', ')}. As root: ${command}`);
  }
  process.stderr.write(`Installing Debian packages for the tests: ${packages.join(', ')} …\n`);
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
