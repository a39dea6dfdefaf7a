// Makes a clone ready to run: installs the dependencies when they are missing or stale, and finds the
// pinned Node. Runs on the machine's own Node (20 or later), so it is plain JavaScript without dependencies.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const stamp = join(root, 'node_modules', '.usher-installed');
const pinned = join(root, 'node_modules', '.bin', 'node');

/** The oldest major version of Node whose type stripping the server relies on. */
const requiredMajor = 24;

/** A fingerprint of everything that decides what `npm ci` installs. */
function manifestHash() {
  const hash = createHash('sha256');
  const folders = ['packages', 'e2e', 'bench'].flatMap((name) =>
    name === 'packages' ? readdirSync(join(root, name)).map((child) => join(name, child)) : [name],
  );
  for (const file of ['package-lock.json', 'package.json', ...folders.map((folder) => join(folder, 'package.json'))]) {
    const path = join(root, file);
    if (existsSync(path)) hash.update(`${file}\0`).update(readFileSync(path));
  }
  return hash.digest('hex');
}

/** Installs the dependencies unless exactly these are there already. Throws with npm's output when it fails. */
export function ensureInstalled() {
  const wanted = manifestHash();
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
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
  writeFileSync(stamp, wanted);
}

/** The path of the pinned Node; the running one where it is new enough and the platform has no pinned package. */
export function pinnedNode() {
  if (existsSync(pinned)) return pinned;
  if (Number(process.versions.node.split('.')[0]) >= requiredMajor) return process.execPath;
  throw new Error(
    `No Node ${requiredMajor} package exists for ${process.platform}-${process.arch}: install Node ${requiredMajor} or later and start again.`,
  );
}

/** Whether this very process already is new enough to run the TypeScript sources. */
export function runsPinnedNode() {
  return Number(process.versions.node.split('.')[0]) >= requiredMajor;
}
