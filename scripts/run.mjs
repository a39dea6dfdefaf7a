// Runs a TypeScript program of this repository on the pinned Node, whatever Node started this one, and
// stays until it has ended: signals are passed on, and the exit status is the program's own.
import { spawn } from 'node:child_process';
import { setImmediate as nextTurn } from 'node:timers/promises';
import module from 'node:module';
import { pathToFileURL } from 'node:url';
import { join, resolve } from 'node:path';
import { ensureInstalled, pinnedNode, root, runsPinnedNode } from './setup.mjs';

const passedOn = /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP']);

/**
 * @param {string} program path from the root of the repository
 * @param {string[]} args
 * @param {() => void} prepare runs when everything is installed, before the program does
 * @param {number} unheard the status where a signal ended the program before it heard any
 */
export async function runPinned(program, args, prepare = () => undefined, unheard = 128) {
  try {
    ensureInstalled();
    prepare();
  } catch (error) {
    // Where a signal ended it, whoever listens for that is heard first.
    await nextTurn();
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
  // This very command again, on the other Node: what it hears and does before the program begins holds there, too.
  const child = spawn(pinnedNode(), process.argv.slice(1), { stdio: 'inherit' });
  for (const signal of passedOn) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exit(code ?? (passedOn.some((name) => name === signal) ? unheard : 128));
  });
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const [program, ...args] = process.argv.slice(2);
  if (program === undefined) {
    process.stderr.write('usage: node scripts/run.mjs PROGRAM [ARGS…]\n');
    process.exit(2);
  }
  await runPinned(program, args);
}
