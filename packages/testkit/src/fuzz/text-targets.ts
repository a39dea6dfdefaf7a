// Signed and typed texts: policies, proofs, passes, installation keys. What was changed is never believed.
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import type { Pass, Policy } from '@usher/core';
import {
  formatInstallationKey,
  generateSigningKey,
  parseInstallationKey,
  readProofWorkstation,
  signLogHead,
  signPass,
  signPolicy,
  signProof,
  TrustError,
  verifyLogHead,
  verifyPass,
  verifyPolicy,
  verifyProof,
  type InstallationKey,
  type Proof,
} from '@usher/trust';
import { requireSame, type FuzzTarget } from './fuzz-target.ts';
import { byteChanges, changedBytes, changedJson, jsonChanges, type ByteChange, type JsonChange } from './mutations.ts';

const now = new Date('2026-11-22T08:00:00Z');
const key = generateSigningKey((length) => createHash('sha512').update('fuzz').digest().subarray(0, length));
const keys = [key.publicKey];
const sha256 = 'ab'.repeat(32);

const policy: Policy = {
  protocol: 1,
  workstation: { id: 'ws_1', status: 'authorized' },
  product: { id: 'pr_1', name: 'Contoso Agent', enforcement: 'enforce', unknownVersions: 'allow' },
  known: ['3.22.1', '3.23.0'],
  prohibited: [{ below: '3.0', reason: 'too old' }],
  assignment: {
    updateId: 'up_1',
    target: {
      installerId: 'in_1',
      version: '3.23.0',
      productCode: '{11111111-2222-3333-4444-555555555555}',
      upgradeCode: '{99999999-2222-3333-4444-555555555555}',
      architecture: 'x64',
      path: 'installers/pr_1/3.23.0/x64.msi',
      sha256,
      size: 1000,
    },
    requirement: 'mandatory',
    cutoffAt: '2026-11-23T08:00:00.000Z',
    startsAt: null,
    relaxedUntil: null,
    releaseNotes: 'Better.',
    deferral: { left: 2 },
  },
  pass: { until: '2026-11-23T08:00:00.000Z', reason: 'a reason' },
  offline: { graceHours: 72, then: 'run' },
  log: { seq: 3, hash: sha256 },
  issuedAt: '2026-11-22T08:00:00.000Z',
  nonce: 'nonce',
};

const proof: Proof = { workstationId: 'ws_1', machineId: 'machine', publicKey: key.publicKey, at: now.toISOString() };
const pass: Pass = { until: '2026-11-23T08:00:00.000Z', reason: 'the line stands still' };
const scope = { workstationId: 'ws_1', productId: 'pr_1' };
const installationKey: InstallationKey = {
  url: 'https://usher.example:8443/base',
  secret: 'secret-of-the-key',
  rootFingerprint: sha256,
  certificate: `-----BEGIN CERTIFICATE-----\n${Buffer.from('not quite a certificate').toString('base64')}\n-----END CERTIFICATE-----\n`,
};

/** Either the text is changed, or what it says, signed (or summed) as it should be. */
interface ChangedText {
  readonly text: readonly ByteChange[] | null;
  readonly said: readonly JsonChange[];
}

const inputs: fc.Arbitrary<ChangedText> = fc.record({
  text: fc.option(byteChanges, { freq: 1 }),
  said: jsonChanges,
});

/** What reading the text comes to; null for a refusal with a code. */
function read<T>(reader: () => T): T | null {
  try {
    return reader();
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}

const latin1 = (text: string, changes: readonly ByteChange[]) =>
  changedBytes(Buffer.from(text), changes).toString('latin1');

function textTarget<T>(
  name: string,
  {
    original,
    value,
    reader,
    write,
  }: {
    /** A good text, and what reading it gives. */
    original: string;
    value: T;
    reader: (text: string) => T;
    /** A text that says something else, as whoever makes them would write it; null where that can't be said. */
    write: (said: unknown) => string | null;
  },
): FuzzTarget<ChangedText> {
  return {
    name,
    roundSize: 300,
    slowest: 1_000,
    shrinks: true,
    open: () =>
      Promise.resolve({
        inputs,
        check: ({ text, said }) => {
          requireSame('the original', reader(original), value);
          if (text !== null) {
            const found = read(() => reader(latin1(original, text)));
            if (found !== null) requireSame('what a changed text says', found, value);
            return;
          }
          const written = write(changedJson(value, said));
          if (written !== null) read(() => reader(written));
        },
        close: () => Promise.resolve(),
      }),
  };
}

const checkedAs = { workstationId: 'ws_1', productId: 'pr_1', nonce: 'nonce' };

/** Signed policies. */
export const policyTarget: FuzzTarget<ChangedText> = textTarget<Policy>('policy', {
  original: signPolicy(policy, key),
  value: policy,
  reader: (text) => verifyPolicy(text, { keys, ...checkedAs, newestIssuedAt: policy.issuedAt }),
  write: (said) => (said === undefined ? null : signPolicy(said as Policy, key)),
});

/** Proofs of a second activation. */
export const proofTarget: FuzzTarget<ChangedText> = textTarget('proof', {
  original: signProof(proof, key),
  value: proof,
  reader: (text) => {
    readProofWorkstation(text);
    return verifyProof(text, { ...proof, key: key.publicKey, now });
  },
  write: (said) => (said === undefined ? null : signProof(said as Proof, key)),
});

/** Proofs of the newest event that a workstation was told of. */
export const logProofTarget: FuzzTarget<ChangedText> = textTarget('log-proof', {
  original: signLogHead(policy.log, 'ws_1', key),
  value: policy.log,
  reader: (text) => verifyLogHead(text, { keys, workstationId: 'ws_1' }),
  write: (said) => {
    const { seq, hash } = (said ?? {}) as Record<string, unknown>;
    return signLogHead({ seq: seq as number, hash: hash as string }, 'ws_1', key);
  },
});

/** Passes that a person types. */
export const passTarget: FuzzTarget<ChangedText> = textTarget('pass', {
  original: signPass({ ...pass, ...scope, now }, key),
  value: pass,
  reader: (text) => verifyPass(text, { ...scope, keys, now }),
  write: (said) => {
    const { until, reason } = (said ?? {}) as Record<string, unknown>;
    if (typeof until !== 'string' || typeof reason !== 'string') return null;
    return read(() => signPass({ until, reason, ...scope, now }, key));
  },
});

/** Installation keys; also bodies that no maker would write, under a good sum. */
export const installationKeyTarget: FuzzTarget<ChangedText> = textTarget('installation-key', {
  original: formatInstallationKey(installationKey),
  value: installationKey,
  reader: parseInstallationKey,
  write: (said) => {
    const { url, secret, rootFingerprint, certificate } = (said ?? {}) as Record<string, unknown>;
    const body = {
      u: url,
      s: secret,
      r: rootFingerprint === sha256 ? base64Url(Buffer.from(sha256, 'hex')) : rootFingerprint,
      c: certificate,
    };
    const text = `usher-key-1.${base64Url(Buffer.from(JSON.stringify(said === null ? null : body)))}`;
    return `${text}.${base64Url(createHash('sha256').update(text).digest()).slice(0, 8)}`;
  },
});

function base64Url(bytes: Buffer): string {
  return bytes.toString('base64url');
}
