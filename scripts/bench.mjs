// `npm run bench`: everything that is measured, each against a baseline of the same run.
import { runPinned } from './run.mjs';

await runPinned('bench/main.ts', process.argv.slice(2));
