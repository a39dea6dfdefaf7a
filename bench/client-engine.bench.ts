// The machine's engine: its memory while it waits, after it has served starts, and what a start through it adds; whole processes, against the application alone in the same run.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { contosoInstallers } from '@usher/testkit';
import { buildClient, clientProgram, ClientMachine } from './client-machine.ts';

const rounds = 15;
const bounds = { memoryMb: 80, online: 300, cache: 100 };
const settleMs = 3_000;

await buildClient();
// An executable that was just written lies in the page cache in large pieces, which all count for whoever maps it: as after
// a start of the machine, it is to be read from the disk.
await promisify(execFile)('dd', [`of=${clientProgram}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);
await using machine = await ClientMachine.create();
await machine.assign(contosoInstallers()['3.22.1'].path, 'mandatory');
await machine.client(['update', '--yes']);

const engine = spawn(clientProgram, ['--state', machine.state, 'service', 'run'], { stdio: 'ignore' });
while (!existsSync(join(machine.state, 'public', 'engine.json'))) await delay(50);

/** Megabytes of the engine's memory, by proc(5). */
async function memory(): Promise<Record<'VmRSS' | 'RssAnon' | 'RssFile', number>> {
  const status = await readFile(`/proc/${engine.pid ?? 0}/status`, 'utf8');
  const of = (name: string) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { VmRSS: of('VmRSS'), RssAnon: of('RssAnon'), RssFile: of('RssFile') };
}

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

function half(times: readonly number[]): number {
  return [...times].sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
}

function say(isMet: boolean, text: string): void {
  console.log(`  ${isMet ? 'ok  ' : 'MISS'} ${text}`);
  if (!isMet) process.exitCode = 1;
}

async function sayMemory(when: string): Promise<void> {
  await delay(settleMs);
  const { VmRSS, RssAnon, RssFile } = await memory();
  const parts = `${RssAnon.toFixed(1)} MB its own, ${RssFile.toFixed(1)} MB of its file`;
  say(VmRSS < bounds.memoryMb, `${VmRSS.toFixed(1)} MB ${when} (${parts}; the bound is ${bounds.memoryMb} MB)`);
}

await sayMemory('of an idle engine');
const start = ['--state', machine.state, 'start', '--ui', 'none', '--', '/bin/true'];
for (const kind of ['online', 'cache'] as const) {
  if (kind === 'cache') await machine.stopServer();
  const [alone, through]: [number[], number[]] = [[], []];
  await timed(clientProgram, start);
  for (let round = 0; round < rounds; round += 1) {
    alone.push(await timed('/bin/true', []));
    through.push(await timed(clientProgram, start));
  }
  const added = half(through) - half(alone);
  const where = kind === 'online' ? 'with the server on this machine' : 'by the policy on disk';
  say(
    added < bounds[kind],
    `a start through it adds ${added.toFixed(0)} ms (${where}; the bound is ${bounds[kind]} ms)`,
  );
}
await sayMemory(`after ${2 * (rounds + 1)} starts`);
engine.kill('SIGTERM');
