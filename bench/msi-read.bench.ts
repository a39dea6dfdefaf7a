// Reading and verifying an installer of 1 GiB, measured against hashing the same file once.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { readInstaller, verifySignature } from '@usher/msi';
import { CodeSigningAuthority, makeInstaller, signInstaller } from '@usher/testkit';

const run = promisify(execFile);

const GIBIBYTE = 2 ** 30;
const CHUNK = 512 * 1024;
const CLOCK_MARGIN = 60_000;

/** A signed installer that holds a stream of 1 GiB, as one with a large cabinet does. */
async function makeLargeInstaller(folder: string): Promise<string> {
  const large = join(folder, 'large.bin');
  const file = await open(large, 'w');
  await file.truncate(GIBIBYTE);
  await file.close();
  const unsigned = join(folder, 'unsigned.msi');
  await makeInstaller(unsigned, { version: '1.2.3' });
  await run('msibuild', [unsigned, '-a', 'large.bin', large]);
  await rm(large);
  const authority = await CodeSigningAuthority.create(join(folder, 'authority'), { commonName: 'Bench Root' });
  const signer = await authority.issue({ commonName: 'Bench Vendor' });
  const signed = join(folder, 'signed.msi');
  await signInstaller(unsigned, signed, signer, { extended: true });
  await rm(unsigned);
  return signed;
}

interface Measure {
  readonly milliseconds: number;
  /** By how much the most memory ever used grew. */
  readonly megabytes: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measure> {
  const before = process.resourceUsage().maxRSS;
  const start = performance.now();
  await work();
  const milliseconds = performance.now() - start;
  return { milliseconds, megabytes: (process.resourceUsage().maxRSS - before) / 1024 };
}

/** The best of several, and the memory of all: the first one pays for what the others find ready. */
async function bestOf(times: number, work: () => Promise<unknown>): Promise<Measure> {
  let best: Measure = { milliseconds: Infinity, megabytes: 0 };
  for (let time = 0; time < times; time++) {
    const { milliseconds, megabytes } = await measure(work);
    best = {
      milliseconds: Math.min(best.milliseconds, milliseconds),
      megabytes: best.megabytes + megabytes,
    };
  }
  return best;
}

async function hashOnce(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) hash.update(chunk as Buffer);
  return hash.digest('hex');
}

const folder = await mkdtemp(join(tmpdir(), 'usher-bench-msi-'));
try {
  const path = await makeLargeInstaller(folder);
  const now = new Date(Date.now() + CLOCK_MARGIN);
  const facts = await measure(() => readInstaller(path));
  const verify = await bestOf(3, () => verifySignature(path, { now }));
  const hash = await bestOf(3, () => hashOnce(path));
  const speed = hash.milliseconds / verify.milliseconds;
  const line = (what: string, { milliseconds, megabytes }: Measure, rest: string): void =>
    console.log(`${what.padEnd(34)} ${milliseconds.toFixed(0).padStart(6)} ms  +${megabytes.toFixed(1)} MB  ${rest}`);

  line('hash 1 GiB once (baseline)', hash, '');
  line('facts of an installer of 1 GiB', facts, `${(facts.milliseconds / hash.milliseconds).toFixed(3)} of hashing`);
  line('verify its signature', verify, `${speed.toFixed(2)} of the speed of hashing`);
  const isGood = facts.milliseconds < 100 && facts.megabytes < 50 && verify.megabytes < 50 && speed >= 0.5;
  console.log(isGood ? 'within the bounds: facts < 100 ms, < 50 MB, verification >= 0.5' : 'OUTSIDE of the bounds');
  if (!isGood) process.exitCode = 1;
} finally {
  await rm(folder, { recursive: true, force: true });
}
