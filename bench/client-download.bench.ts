// The download of a large installer: speed against `curl` of the same file from the same server, and the memory that it takes.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { CodeSigningAuthority, contosoInstallers, makeInstaller, signInstaller } from '@usher/testkit';
import { buildClient, clientProgram, ClientMachine } from './client-machine.ts';

const parts = 10;
const partBytes = 50 * 1024 * 1024;
const rounds = 3;
const bounds = { memoryMb: 60, ofCurl: 0.5 };

/** Resident memory of a process in MB: the most so far, and now (proc(5), `VmHWM` and `VmRSS`); null once it has ended. */
async function memoryOf(pid: number): Promise<{ most: number; now: number } | null> {
  try {
    const text = await readFile(`/proc/${pid}/status`, 'utf8');
    const mb = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? 0) / 1024;
    return { most: mb('VmHWM'), now: mb('VmRSS') };
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) return null;
    throw error;
  }
}

/** Runs a program to its end, looking at its memory and, where that is given, at the download's file, every few milliseconds. */
async function watched(program: string, args: readonly string[], cache?: string) {
  const child = spawn(program, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  let isOver = false;
  const ended = new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (status) => {
      isOver = true;
      resolve(status ?? -1);
    });
  });
  const begun = performance.now();
  let [most, before, during] = [0, 0, 0];
  let download: { from: number; to: number } | null = null;
  while (!isOver) {
    const memory = await memoryOf(child.pid ?? 0);
    const isDownloading = cache !== undefined && (await hasPart(cache));
    const now = performance.now();
    if (isDownloading) download = { from: download?.from ?? now, to: now };
    most = Math.max(most, memory?.most ?? 0);
    if (isDownloading) during = Math.max(during, memory?.now ?? 0);
    else if (download === null) before = memory?.now ?? before;
    await delay(10);
  }
  if ((await ended) !== 0) throw new Error(`${program} ended with ${String(await ended)}`);
  const ms = download === null ? performance.now() - begun : download.to - download.from;
  return { ms, most, before, during };
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
const folder = machine.folder;
const authority = await CodeSigningAuthority.create(join(folder, 'keys'), { commonName: 'Contoso Root', keyType: 'rsa' });
const signer = await authority.issue({ commonName: 'Contoso Code Signing', keyType: 'rsa' });
const unsigned = join(folder, 'unsigned.msi');
const installer = join(folder, 'contoso-large-1.0.0.msi');
const files = Array.from({ length: parts }, (_, index) => ({ name: `part-${index}.bin`, content: randomBytes(partBytes) }));
await makeInstaller(unsigned, { version: '1.0.0', productName: 'Contoso Large', files });
await signInstaller(unsigned, installer, signer);
await rm(unsigned);

await machine.assign(contosoInstallers()['3.22.1'].path, 'optional');
const small = await watched(clientProgram, ['--state', machine.state, 'check']);
