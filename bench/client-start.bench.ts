// What the client adds to the start of an application: whole processes, with the server beside it and without, against a
// bare Node and the application alone in the same run.
import { stat } from 'node:fs/promises';
import { contosoInstallers } from '@usher/testkit';
import { buildClient, clientProgram, ClientMachine, windowsProgram } from './client-machine.ts';
import { bareNode, say, sayAdded, timedInTurn, within, type CommandLine } from './client-timing.ts';

const rounds = 25;
/** An application that somebody uses for a moment: what the client notes once it has started costs nobody time. */
const application: CommandLine = ['/bin/sleep', '0.3'];
const bounds = { onlineMs: 300, cacheMs: 100, executableMb: 95 };

await buildClient();
await using machine = await ClientMachine.create();
await machine.server.assign(contosoInstallers()['3.22.1'].path, 'mandatory');
await machine.client(['update', '--yes']);

const through: CommandLine = [clientProgram, '--state', machine.state, 'start', '--ui', 'none', '--', ...application];
const commands = { alone: application, node: bareNode, through };
const online = await timedInTurn(commands, rounds);
await machine.server.stop();
const cache = await timedInTurn(commands, rounds);

const figures = {
  'the application alone': [...online.alone, ...cache.alone],
  'a bare Node, `node -e 0`': [...online.node, ...cache.node],
  'start, with the server on this machine': online.through,
  'start, by the policy on disk': cache.through,
};
for (const [label, times] of Object.entries(figures)) {
  const [half, most] = [within(times, 0.5), within(times, 0.95)];
  console.log(`  ${label.padEnd(40)} ${half.toFixed(0)} ms, 95 % within ${most.toFixed(0)} ms`);
}
sayAdded('with the server on this machine, it', bounds.onlineMs, online);
sayAdded('by the policy on disk, it', bounds.cacheMs, cache);

const megabytes = async (program: string) => (await stat(program)).size / 1e6;
const size = await megabytes(windowsProgram);
say(
  size < bounds.executableMb,
  `the executable for Windows: ${size.toFixed(1)} MB (the bound is ${bounds.executableMb} MB)`,
);
console.log(`       the executable for Linux: ${(await megabytes(clientProgram)).toFixed(1)} MB`);
