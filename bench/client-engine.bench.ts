// The machine's engine: its memory while it waits, after it has served starts, and what a start through it adds; whole processes, against the application alone in the same run.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { contosoInstallers } from '@usher/testkit';
import { buildClient, clientProgram, ClientMachine } from './client-machine.ts';
import { bareNode, say, sayAdded, timedInTurn, type CommandLine } from './client-timing.ts';

const rounds = 15;
const bounds = { memoryMb: 80, onlineMs: 300, cacheMs: 100 };
const settleMs = 3_000;

await buildClient();
// An executable that was just written lies in the page cache in large pieces, which all count for whoever maps it: as after
// a start of the machine, it is to be read from the disk.
await promisify(execFile)('dd', [`of=${clientProgram}`, 'oflag=nocache', 'conv=notrunc,fdatasync', 'count=0']);
await using machine = await ClientMachine.create();
await machine.server.assign(contosoInstallers()['3.22.1'].path, 'mandatory');
await machine.client(['update', '--yes']);

const engine = spawn(clientProgram, ['--state', machine.state, 'service', 'run'], { stdio: 'ignore' });
while (!existsSync(join(machine.state, 'public', 'engine.json'))) await delay(50);

/** Megabytes of the engine's memory, by proc(5). */
async function memory(): Promise<Record<'VmRSS' | 'RssAnon' | 'RssFile', number>> {
  const status = await readFile(`/proc/${engine.pid ?? 0}/status`, 'utf8');
  const of = (name: string) => (Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) * 1024) / 1e6;
  return { VmRSS: of('VmRSS'), RssAnon: of('RssAnon'), RssFile: of('RssFile') };
}

async function sayMemory(when: string): Promise<void> {
  await delay(settleMs);
  const { VmRSS, RssAnon, RssFile } = await memory();
  const parts = `${RssAnon.toFixed(1)} MB its own, ${RssFile.toFixed(1)} MB of its file`;
  say(VmRSS < bounds.memoryMb, `${VmRSS.toFixed(1)} MB ${when} (${parts}; the bound is ${bounds.memoryMb} MB)`);
}

await sayMemory('of an idle engine');
const through: CommandLine = [clientProgram, '--state', machine.state, 'start', '--ui', 'none', '--', '/bin/true'];
const commands = { alone: ['/bin/true'], node: bareNode, through } as const;
sayAdded('with the server on this machine, a start through it', bounds.onlineMs, await timedInTurn(commands, rounds));
await machine.server.stop();
sayAdded('by the policy on disk, a start through it', bounds.cacheMs, await timedInTurn(commands, rounds));
await sayMemory(`after ${2 * (rounds + 1)} starts`);
engine.kill('SIGTERM');
