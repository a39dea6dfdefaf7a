// The entry of the client: hands the process's arguments, environment and streams to the command line, and nothing else.
import './unprepared-schemas.ts';
import { isatty } from 'node:tty';
import { runClient } from './cli/cli.ts';
import { thisMachine } from './engine/machine.ts';
import { guardStandardStreams, processTerminal } from './launcher/terminal.ts';

// Windows alone (Wine) has streams that cannot be looked at; looking at them takes a hundredth of a start.
if (process.platform === 'win32') guardStandardStreams();
const environment = process.env;
const terminal = processTerminal({ isInteractive: isatty(0) && isatty(2), openInput: () => process.stdin });
const host = thisMachine({ platform: process.platform, environment, pid: process.pid });

void runClient({ args: process.argv.slice(2), environment, host, terminal }).then((status) => process.exit(status));
