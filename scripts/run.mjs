// Runs a TypeScript program of this repository on the pinned Node, whatever Node started this one, and
// stays until it has ended: signals are passed on, and the exit status is the program's own.
import { spawn } from 'node:child_process';
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';
import { ensureInstalled, pinnedNode, root, runsPinnedNode } from './setup.mjs';

/**
 * @param {string} program path from the root of the repository
 * @param {string[]} args
 * @param {() => void} prepare runs when everything is installed, before the program does
 */
export async function runPinned(program, args, prepare = () => undefined) {
  try {
    ensureInstalled();
    prepare();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
  const path = resolve(root, program);
  if (runsPinnedNode()) {
    process.argv = [process.execPath, path, ...args];
    // Stripped types and compiled code are kept from one start to the next: it halves the time to be ready.
    module.enableCompileCache(join(root, '.build', 'compile-cache'));
    await import(pathToFileURL(path).href);
    return;
  }
  const child = spawn(pinnedNode(), [path, ...args], {
    stdio: 'inherit',
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, '.build', 'compile-cache') },
  });
  for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) {
    process.on(signal, () => child.kill(signal));
  }
  child.on('exit', (code, signal) => process.exit(code ?? (signal === null ? 1 : 128)));
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) {
    process.stderr.write('usage: node scripts/run.mjs PROGRAM [ARGS…]\n');
    process.exit(2);
  }
  await runPinned(program, args);
}
