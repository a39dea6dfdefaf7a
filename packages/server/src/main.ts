// The server's command: `usher serve`, and what an administrator does beside it.
import { text } from 'node:stream/consumers';
import { runCommand } from './cli/run-command.ts';

process.exitCode = await runCommand(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  fault: (line) => void process.stderr.write(`${line}\n`),
  input: () => text(process.stdin),
  environment: process.env,
  folder: process.cwd(),
});
