// The newest event that a workstation was told, signed: what it shows later, so that nobody can claim to have seen what was never there.
import * as z from 'zod';
import { signJws, verifyJws } from './jws.ts';
import type { SigningKey } from './keys.ts';
import { TrustError } from './trust-error.ts';
import { logHeadSchema, type LogHead } from './tuf/catalogue-documents.ts';

const proofType = 'usher-log+jwt';
const longestProof = 1024;

const proofSchema = logHeadSchema.extend({ workstationId: z.string().min(1).max(80) });

/** Signs, with the director's key, which event was the newest when this workstation asked: a compact JWS of the type `usher-log+jwt`. */
export function signLogHead(head: LogHead, workstationId: string, key: SigningKey): string {
  return signJws(key, proofType, { seq: head.seq, hash: head.hash, workstationId });
}

/**
 * Verifies that one of the director's keys has told that workstation of this event.
 * @param expected.keys the director's public keys (raw, base64url), on the server also those of earlier times
 * @throws TrustError `token.…`, `policy.malformed`, `policy.wrong-workstation`
 */
export function verifyLogHead(text: string, expected: { keys: readonly string[]; workstationId: string }): LogHead {
  const payload = verifyJws(text, { types: [proofType], keys: expected.keys, maxLength: longestProof });
  const proof = proofSchema.safeParse(payload);
  if (!proof.success) {
    throw new TrustError('policy.malformed', 'The proof of an event is signed, but not of its form.', {
      cause: proof.error,
    });
  }
  const { seq, hash, workstationId } = proof.data;
  if (workstationId !== expected.workstationId) {
    throw new TrustError('policy.wrong-workstation', `The proof of an event is for the workstation ${workstationId}.`);
  }
  return { seq, hash };
}
