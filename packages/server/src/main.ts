// The server's command: `usher serve`, and what an administrator does beside it.
import { text } from 'node:stream/consumers';
import { runCommand } from './cli/run-command.ts';

// Whatever is written here (database, installers, keys, drafts, backups) is for this user alone.
process.umask(0o077);
const status = await runCommand(process.argv.slice(2), {
  out: (line) => void process.stdout.write(`${line}\n`),
  fault: (line) => void process.stderr.write(`${line}\n`),
  input: () => text(process.stdin),
  environment: process.env,
  folder: process.cwd(),
});
// Not by itself: Node would first drop its signal handlers, and a second signal would then end it with another status.
process.exit(status);
