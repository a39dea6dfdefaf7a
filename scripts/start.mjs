// `npm start`: installs what is missing, builds what is stale, and runs the server until it is told to stop.

/** Milliseconds in which the same signal may come by another way: to the process group, and through npm. */
const quietFor = 500;

// Whoever is told to end before the server hears it itself has nothing to end yet. This stands before all that takes time
// to load; from the moment on in which somebody else hears the signal too, it is theirs.
for (const signal of /** @type {const} */ (['SIGTERM', 'SIGINT', 'SIGHUP'])) {
  process.on(signal, () => {
    if (process.listenerCount(signal) > 1) return;
    // Nothing more is begun meanwhile, and no further signal kills what is ending.
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, quietFor);
    process.exit(0);
  });
}

const [{ ensureConsole }, { runPinned }] = await Promise.all([import('./build-console.mjs'), import('./run.mjs')]);
await runPinned('packages/server/src/main.ts', ['serve', ...process.argv.slice(2)], ensureConsole, 0);
