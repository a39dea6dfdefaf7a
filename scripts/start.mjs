// `npm start`: installs what is missing, builds what is stale, and runs the server until it is told to stop.
import { ensureConsole } from './build-console.mjs';
import { runPinned } from './run.mjs';

await runPinned('packages/server/src/main.ts', ['serve', ...process.argv.slice(2)], ensureConsole);
