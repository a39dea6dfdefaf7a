// The server's commands (`node scripts/usher.mjs key list`) on the pinned Node, whatever Node started this one.
import { runPinned } from './run.mjs';

await runPinned('packages/server/src/main.ts', process.argv.slice(2));
