// The server's command: `usher serve`, and what an administrator does beside it.
import { runCommand } from './cli/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2));
