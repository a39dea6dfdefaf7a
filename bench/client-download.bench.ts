// The download of a large installer: speed against `curl` of the same file from the same server, and the memory that it takes.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CodeSigningAuthority, makeInstaller, signInstaller } from '@usher/testkit';
import { buildClient, clientProgram, ClientMachine } from './client-machine.ts';

const parts = 10;
const partBytes = 50 * 1024 * 1024;
const rounds = 3;
const bounds = { memoryMb: 60, ofCurl: 0.5 };

/** Resident memory of a process in MB (proc(5), `VmRSS`); null once it has ended. */
async function memoryOf(pid: number): Promise<number | null> {
  try {
    const kb = /^VmRSS:\s+(\d+) kB/m.exec(await readFile(`/proc/${pid}/status`, 'utf8'))?.[1];
    return kb === undefined ? null : Number(kb) / 1024;
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    throw error;
  }
}

/** Lets the client update until the download is over, looking at its memory and the download's file every few milliseconds. */
async function download(state: string): Promise<{ ms: number; addedMb: number; mostMb: number }> {
  const child = spawn(clientProgram, ['--state', state, 'update', '--yes'], { stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let [before, most, from] = [0, 0, 0];
  for (;;) {
    const memory = await memoryOf(child.pid ?? 0);
    if (memory === null) throw new Error('The client ended before the download was over.');
    const isUnderWay = await hasPart(join(state, 'cache'));
    if (isUnderWay && from === 0) from = performance.now();
    if (isUnderWay) most = Math.max(most, memory);
    else if (from > 0) break;
    else before = memory;
    await delay(20);
  }
  const ms = performance.now() - from;
  child.kill('SIGKILL');
  await ended;
  return { ms, addedMb: most - before, mostMb: most };
}

async function curl(url: string, token: string, to: string): Promise<number> {
  const begun = performance.now();
  const args = [
    '--silent',
    '--show-error',
    '--fail',
    '--header',
    `authorization: Bearer ${token}`,
    '--output',
    to,
    url,
  ];
  const child = spawn('curl', args, { stdio: 'inherit' });
  const status = await new Promise((resolve) => child.once('exit', resolve));
  if (status !== 0) throw new Error(`curl ended with ${String(status)}`);
  return performance.now() - begun;
}

async function hasPart(cache: string): Promise<boolean> {
  try {
    return (await readdir(cache, { recursive: true })).some((name) => name.endsWith('.part'));
  } catch {
    // The folder is not there yet, or one in it has just gone.
    return false;
  }
}

await buildClient();
await using machine = await ClientMachine.create();
const folder = machine.server.folder;
const authority = await CodeSigningAuthority.create(join(folder, 'keys'), {
  commonName: 'Contoso Root',
  keyType: 'rsa',
});
const signer = await authority.issue({ commonName: 'Contoso Code Signing', keyType: 'rsa' });
const unsigned = join(folder, 'unsigned.msi');
const installer = join(folder, 'contoso-large-1.0.0.msi');
const files = Array.from({ length: parts }, (_, index) => ({
  name: `part-${index}.bin`,
  content: randomBytes(partBytes),
}));
await makeInstaller(unsigned, { version: '1.0.0', productName: 'Contoso Large', files });
await signInstaller(unsigned, installer, signer);
await rm(unsigned);

const target = await machine.server.assign(installer, 'mandatory');
await machine.client(['status']);
const activated = join(folder, 'activated');
await cp(machine.state, activated, { recursive: true });
const { token } = JSON.parse(await readFile(join(machine.state, 'identity.json'), 'utf8')) as { token: string };
const url = `${machine.server.url}/api/v1/workstation/tuf/targets/${target}`;

const ours: Awaited<ReturnType<typeof download>>[] = [];
const plain: number[] = [];
for (let round = 0; round < rounds; round += 1) {
  const copy = join(folder, 'curl.msi');
  plain.push(await curl(url, token, copy));
  await rm(copy);
  await rm(machine.state, { recursive: true });
  await cp(activated, machine.state, { recursive: true });
  ours.push(await download(machine.state));
}

const { size } = await stat(installer);
const speed = (ms: number) => size / 1e6 / (ms / 1000);
const best = { curl: speed(Math.min(...plain)), client: speed(Math.min(...ours.map(({ ms }) => ms))) };
const addedMb = Math.max(...ours.map((each) => each.addedMb));
const share = best.client / best.curl;
console.log(
  `  ${(size / 1e6).toFixed(0)} MB, the best of ${rounds}: curl ${best.curl.toFixed(0)} MB/s, the client ${best.client.toFixed(0)} MB/s`,
);
console.log(
  `  ${share >= bounds.ofCurl ? 'ok  ' : 'MISS'} ${share.toFixed(2)} of curl's speed (the bound is ${bounds.ofCurl})`,
);
console.log(
  `  ${addedMb < bounds.memoryMb ? 'ok  ' : 'MISS'} ${addedMb.toFixed(0)} MB more memory (the bound is ${bounds.memoryMb} MB)`,
);
if (share < bounds.ofCurl || addedMb >= bounds.memoryMb) process.exitCode = 1;
