// Makes a clone ready to run: installs the dependencies when they are missing or stale, and finds the
// pinned Node. Runs on the machine's own Node (20 or later), so it is plain JavaScript without dependencies.
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const pinned = join(root, 'node_modules', '.bin', 'node');
const installLock = join(root, '.usher-installing');

/** The oldest major version of Node whose type stripping the server relies on. */
const requiredMajor = 24;

/**
 * What a lock file says of each package.
 * @typedef {{ version?: string, link?: boolean, optional?: boolean, devOptional?: boolean }} Locked
 */

/**
 * @param {string} file
 * @returns {Record<string, Locked>}
 */
function lockedPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}

/**
 * Whether exactly the packages of the lock file are there. npm writes its own list as the last act of an installation;
 * packages for other platforms are in the lock file alone.
 */
function isInstalled() {
  const list = join(root, 'node_modules', '.package-lock.json');
  if (!existsSync(list) || !(existsSync(pinned) || runsPinnedNode())) return false;
  const present = lockedPackages(list);
  return Object.entries(lockedPackages(join(root, 'package-lock.json'))).every(([path, locked]) => {
    if (!path.includes('node_modules/')) return true;
    const found = present[path];
    if (found === undefined) return locked.optional === true || locked.devOptional === true;
    return found.version === locked.version && found.link === locked.link;
  });
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    // Signal 0 only asks: no such process, or not ours.
    return false;
  }
}

/** Takes the lock of the installation, or answers false where another living process holds it. */
function tryLock() {
  try {
    const file = openSync(installLock, 'wx');
    writeFileSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
    const holder = existsSync(installLock) ? Number(readFileSync(installLock, 'utf8')) : 0;
    if (holder > 0 && !isAlive(holder)) rmSync(installLock, { force: true });
    return false;
  }
}

/**
 * Installs the dependencies unless exactly these are there already. Two commands that start at once do not install at
 * once. Throws with what to do when it fails; npm's own output has been shown by then.
 */
export function ensureInstalled() {
  while (!isInstalled()) {
    if (!tryLock()) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
      continue;
    }
    try {
      if (!isInstalled()) install();
    } finally {
      rmSync(installLock, { force: true });
    }
  }
}

function install() {
  process.stderr.write('Installing dependencies (only when they changed) …\n');
  const result = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 'inherit'],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    throw new Error(
      'npm ci failed (its message stands above). Usher needs the npm registry once, to install its dependencies.',
    );
  }
  if (!existsSync(pinned) && !runsPinnedNode()) {
    throw new Error(
      `No Node ${requiredMajor} package exists for ${process.platform}-${process.arch}: install Node ${requiredMajor} or later and start again.`,
    );
  }
}

/** The path of the pinned Node, or of the running one where the platform has no pinned package and this is new enough. */
export function pinnedNode() {
  return existsSync(pinned) ? pinned : process.execPath;
}

/** Whether this very process already is new enough to run the TypeScript sources. */
export function runsPinnedNode() {
  return Number(process.versions.node.split('.')[0]) >= requiredMajor;
}
