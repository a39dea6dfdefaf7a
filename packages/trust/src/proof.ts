// The proof of a second activation: whoever asks still holds the private key of the first.
import * as z from 'zod';
import { readUnverifiedJws, signJws, verifyJws } from './jws.ts';
import { isPublicKey, type SigningKey } from './keys.ts';
import { TrustError } from './trust-error.ts';

const proofType = 'usher-proof+jwt';
const longestProof = 4096;
/** How far `at` may lie from the server's time, either way, in milliseconds. */
const tolerance = 5 * 60 * 1000;

const proofSchema = z.object({
  workstationId: z.string().min(1).max(80),
  machineId: z.string().min(1).max(200),
  publicKey: z.string().refine(isPublicKey),
  at: z.iso.datetime({ offset: true }),
});

/** What a workstation proves with its old key: it, this machine, now wants this (perhaps new) public key. */
export type Proof = z.infer<typeof proofSchema>;

/** Signs a proof with the workstation's old key: a compact JWS of the type `usher-proof+jwt`. */
export function signProof(proof: Proof, oldKey: SigningKey): string {
  return signJws(oldKey, proofType, proof);
}

/**
 * The id of the workstation that a proof speaks of, not yet verified: to look up the key that must have signed it.
 * @throws TrustError `token.…`, `proof.malformed`
 */
export function readProofWorkstation(text: string): string {
  return parse(readUnverifiedJws(text, longestProof)).workstationId;
}

/**
 * Verifies a proof against what the server knows (the workstation and its key so far) and what the activation says.
 * The type of the JWS may be ours, `JWT` or none: programs of others send proofs too, and these keys sign nothing else
 * of this form.
 * @param expected.key the workstation's public key so far (raw, base64url)
 * @param expected.publicKey the public key that the activation names
 * @throws TrustError `token.…`, `proof.malformed`, `proof.wrong-workstation`, `proof.wrong-machine`,
 *   `proof.wrong-key`, `proof.out-of-time` (`at` is more than five minutes away from `now`)
 */
export function verifyProof(
  text: string,
  expected: { key: string; workstationId: string; machineId: string; publicKey: string; now: Date },
): Proof {
  const types = [proofType, 'JWT', null];
  const proof = parse(verifyJws(text, { types, keys: [expected.key], maxLength: longestProof }));
  if (proof.workstationId !== expected.workstationId) {
    throw new TrustError('proof.wrong-workstation', 'The proof speaks of another workstation.');
  }
  if (proof.machineId !== expected.machineId) {
    throw new TrustError('proof.wrong-machine', 'The proof speaks of another machine.');
  }
  if (proof.publicKey !== expected.publicKey) {
    throw new TrustError('proof.wrong-key', 'The proof speaks of another public key than the activation.');
  }
  if (!(Math.abs(Date.parse(proof.at) - expected.now.getTime()) <= tolerance)) {
    throw new TrustError('proof.out-of-time', 'The proof was not made within five minutes of now.');
  }
  return proof;
}

function parse(payload: unknown): Proof {
  const parsed = proofSchema.safeParse(payload);
  if (!parsed.success) {
    throw new TrustError('proof.malformed', 'The proof does not hold workstationId, machineId, publicKey and at.', {
      cause: parsed.error,
    });
  }
  return parsed.data;
}
