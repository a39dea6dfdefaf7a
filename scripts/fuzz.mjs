// `npm run fuzz`: hostile inputs for everything that takes some, for as long as wanted.
import { runPinned } from './run.mjs';

await runPinned('packages/testkit/src/fuzz/main.ts', process.argv.slice(2));
