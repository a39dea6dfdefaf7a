// What the verification of policy and metadata adds to a start: a cold process each time, measured against only reading the same files.
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  createRepository,
  generateSigningKey,
  installerPath,
  signPolicy,
  TrustedCatalogue,
  type CatalogueInstaller,
} from '@usher/trust';

const run = promisify(execFile);
const starts = 7;
const boundMs = 20;
/** Of such a catalogue the bound is demanded; a larger one is shown. */
const usualInstallers = 200;
const workstationId = 'ws_00000000000000000000000000';
const url = 'http://127.0.0.1';

function installer(number: number): CatalogueInstaller {
  const version = `${number >> 8}.${number & 255}.0`;
  const facts = {
    ...{ product: 'pr_1', version, architecture: 'x64', language: '1033', fileName: 'contoso-agent.msi' },
    ...{ productCode: guid(number), upgradeCode: guid(0), verifiedAt: '2026-11-20T08:00:00.000Z' },
    publisher: { subject: 'CN=Contoso Code Signing', issuer: 'CN=Contoso Root', authorityKey: 'a'.repeat(64) },
  };
  const sha256 = createHash('sha256').update(version).digest('hex');
  return { path: installerPath(facts), size: 30_000_000 + number, sha256, facts };
}

const guid = (number: number) => `{00000000-0000-0000-0000-${number.toString(16).padStart(12, '0').toUpperCase()}}`;

/** What a workstation keeps of a catalogue of that size, and the newest policy. */
async function store(folder: string, count: number): Promise<string> {
  const now = new Date();
  const key = () => generateSigningKey(randomBytes);
  const keys = { root: key(), targets: key(), snapshot: key(), timestamp: key() };
  const director = key();
  const role = (name: keyof typeof keys) => ({ publicKeys: [keys[name].publicKey], threshold: 1 });
  const installers = Array.from({ length: count }, (_, number) => installer(number + 1));
  const { files } = createRepository({
    now,
    signers: Object.values(keys),
    log: null,
    roles: { root: role('root'), targets: role('targets'), snapshot: role('snapshot'), timestamp: role('timestamp') },
    contents: {
      installers,
      prohibited: { pr_1: [{ below: '0.5.0', reason: 'Too old.' }] },
      directorKeys: [director.publicKey],
    },
  });
  const root = files.get('1.root.json') ?? new Uint8Array();
  const rootFingerprint = createHash('sha256').update(root).digest('hex');
  const catalogue = new TrustedCatalogue({
    url,
    rootFingerprint,
    fetcher: {
      fetch: (address) => {
        const bytes = files.get(address.slice(url.length + 1));
        return Promise.resolve(bytes === undefined ? { status: 'missing' } : { status: 'found', bytes });
      },
    },
    storage: {
      read: () => Promise.resolve(null),
      write: (name, bytes) => writeFile(join(folder, name), bytes),
      setAside: (name) => Promise.reject(new Error(name)),
    },
  });
  await catalogue.refresh(now);
  const policy = signPolicy(
    {
      protocol: 1,
      workstation: { id: workstationId, status: 'authorized' },
      product: { id: 'pr_1', name: 'Contoso Agent', enforcement: 'enforce', unknownVersions: 'allow' },
      known: installers.map(({ facts }) => facts.version),
      prohibited: [{ below: '0.5.0', reason: 'Too old.' }],
      assignment: null,
      pass: null,
      offline: { graceHours: 336, then: 'run' },
      log: { seq: 1, hash: 'a'.repeat(64) },
      issuedAt: now.toISOString(),
      nonce: 'nonce',
    },
    director,
  );
  await writeFile(join(folder, 'policy.jws'), policy);
  return rootFingerprint;
}

interface Start {
  readonly baseline: number;
  readonly verified: number;
}

async function start(folder: string, rootFingerprint: string): Promise<Start> {
  const program = join(import.meta.dirname, 'verification-start.ts');
  // The client, too, has its schemas not compiled.
  const options = ['--disallow-code-generation-from-strings'];
  const { stdout } = await run(process.execPath, [...options, program, folder, rootFingerprint, workstationId]);
  return JSON.parse(stdout) as Start;
}

/** The best of several: whatever else the machine does only adds. */
const least = (values: readonly number[]) => Math.min(...values);

for (const count of [20, usualInstallers, 2_000]) {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-verification-'));
  try {
    const rootFingerprint = await store(folder, count);
    const measured: Start[] = [];
    for (let number = 0; number < starts; number += 1) measured.push(await start(folder, rootFingerprint));
    const baseline = least(measured.map((one) => one.baseline));
    const verified = least(measured.map((one) => one.verified));
    const isGood = verified < boundMs;
    const bound = count > usualInstallers ? '' : isGood ? `  under ${boundMs} ms` : `  OVER ${boundMs} ms`;
    console.log(
      `${String(count).padStart(5)} installers: reading ${baseline.toFixed(1)} ms (baseline), ` +
        `verifying ${verified.toFixed(1)} ms, ${(verified / baseline).toFixed(1)} times the baseline${bound}`,
    );
    if (!isGood && count <= usualInstallers) process.exitCode = 1;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
