// What the client adds to the start of an application: whole processes, with the server beside it and without, against a
// bare Node and the application alone in the same run.
import { spawn } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { contosoInstallers } from '@usher/testkit';
import { buildClient, clientProgram, ClientMachine, windowsProgram } from './client-machine.ts';

const rounds = 25;
/** An application that somebody uses for a moment: what the client notes once it has started costs nobody time. */
const application = { program: '/bin/sleep', args: ['0.3'] } as const;
const bounds = { online: 300, cache: 100, executableMb: 95 };

/** Milliseconds that a process takes from its start to its end. */
function timed(program: string, args: readonly string[]): Promise<number> {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: 'ignore' });
    child.once('error', reject);
    child.once('exit', (status) => {
      if (status === 0) resolve(performance.now() - begun);
      else reject(new Error(`${program} ${args.join(' ')} ended with ${String(status)}`));
    });
  });
}

function at(times: readonly number[], part: number): number {
  const sorted = [...times].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? 0;
}

type Kind = 'application' | 'node' | 'online' | 'cache';
const labels: Readonly<Record<Kind, string>> = {
  application: 'the application alone',
  node: 'a bare Node, `node -e 0`',
  online: 'start, with the server on this machine',
  cache: 'start, by the policy on disk',
};

await buildClient();
await using machine = await ClientMachine.create();
await machine.assign(contosoInstallers()['3.22.1'].path, 'mandatory');
await machine.client(['update', '--yes']);

const start = ['--state', machine.state, 'start', '--ui', 'none', '--', application.program, ...application.args];
const ways: Readonly<Record<Kind, () => Promise<number>>> = {
  application: () => timed(application.program, application.args),
  node: () => timed(process.execPath, ['-e', '0']),
  online: () => timed(clientProgram, start),
  cache: () => timed(clientProgram, start),
};
const times: Record<Kind, number[]> = { application: [], node: [], online: [], cache: [] };
for (const kinds of [['application', 'node', 'online'] as const, ['application', 'node', 'cache'] as const]) {
  if (kinds[2] === 'cache') await machine.stopServer();
  for (const kind of kinds) await ways[kind]();
  for (let round = 0; round < rounds; round += 1) {
    for (const kind of kinds) times[kind].push(await ways[kind]());
  }
}

for (const kind of Object.keys(labels) as Kind[]) {
  const [half, most] = [at(times[kind], 0.5), at(times[kind], 0.95)];
  console.log(`  ${labels[kind].padEnd(40)} ${half.toFixed(0)} ms, 95 % within ${most.toFixed(0)} ms`);
}
for (const kind of ['online', 'cache'] as const) {
  const added = at(times[kind], 0.5) - at(times.application, 0.5);
  const isMet = added < bounds[kind];
  console.log(
    `  ${isMet ? 'ok  ' : 'MISS'} adds ${added.toFixed(0)} ms (${labels[kind]}; the bound is ${bounds[kind]} ms)`,
  );
  if (!isMet) process.exitCode = 1;
}
for (const program of [windowsProgram, clientProgram]) {
  const mb = (await stat(program)).size / 1e6;
  const isBound = program === windowsProgram;
  if (isBound && mb >= bounds.executableMb) process.exitCode = 1;
  const name = program.endsWith('.exe') ? 'the executable for Windows' : 'the executable for Linux';
  console.log(`  ${!isBound ? '    ' : mb < bounds.executableMb ? 'ok  ' : 'MISS'} ${name}: ${mb.toFixed(1)} MB`);
}
