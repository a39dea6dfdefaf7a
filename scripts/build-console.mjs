// Builds the web console when its inputs changed since the last build; otherwise it is done at once. What counts is
// the content of the inputs, not their dates, so that a fresh clone with a kept build folder does not build again.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { pathToFileURL } from 'node:url';
import { pinnedNode, root } from './setup.mjs';

const folder = join(root, 'packages', 'console');
const stamp = join(root, '.build', 'console.sha256');
const page = join(folder, 'dist', 'index.html');

/** Everything that decides what the build makes; tests and what was built do not. */
const inputs = [
  'packages/console/src',
  'packages/console/public',
  'packages/console/index.html',
  'packages/console/vite.config.ts',
  'packages/console/package.json',
  'packages/core/src',
  'packages/protocol/src/roles.ts',
  'packages/protocol/src/event-types.ts',
  'packages/protocol/src/csv-cell.ts',
  'package-lock.json',
  'scripts/build-console.mjs',
];

/**
 * @param {string} path
 * @returns {string[]} the files below it, in an order that does not depend on the file system
 */
function filesOf(path) {
  if (!existsSync(path)) return [];
  const entries = statEntries(path);
  return entries.filter((file) => !/\.test\.tsx?$/.test(file)).sort();
}

/** @param {string} path */
function statEntries(path) {
  try {
    return readdirSync(path, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return [path];
    throw error;
  }
}

function inputHash() {
  const hash = createHash('sha256');
  for (const file of inputs.flatMap((input) => filesOf(join(root, input)))) {
    const content = readFileSync(file);
    hash.update(`${relative(root, file)}\0${content.length}\0`).update(content);
  }
  return hash.digest('hex');
}

/** Builds the console unless the one that is there was built from these very inputs. Throws when the build fails. */
export function ensureConsole() {
  const wanted = inputHash();
  if (existsSync(page) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return;
  process.stderr.write('Building the console (only when it changed) …\n');
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  const result = spawnSync(pinnedNode(), [vite, 'build', '--logLevel', 'warn'], {
    cwd: folder,
    stdio: ['ignore', 2, 'inherit'],
    // Whoever starts it, a test runner too: with anything else React’s development build would be taken.
    env: { ...process.env, NODE_ENV: 'production' },
  });
  if (result.status !== 0) throw new Error('The console could not be built (the message stands above).');
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, wanted);
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    ensureConsole();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
