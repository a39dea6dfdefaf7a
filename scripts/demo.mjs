// `npm run demo`: a throw-away server with a small fleet living through an update.
import { ensureConsole } from './build-console.mjs';
import { runPinned } from './run.mjs';

await runPinned('packages/testkit/src/demo/main.ts', process.argv.slice(2), ensureConsole);
