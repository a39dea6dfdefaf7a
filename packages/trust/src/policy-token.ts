// The signed policy: what the server says to one workstation about one product, and how that is verified there.
import type { Policy } from '@usher/core';
import { policySchema, protocolNumber, type PolicyDocument } from '@usher/protocol';
import * as z from 'zod';
import { readUnverifiedJws, signJws, verifyJws } from './jws.ts';
import type { SigningKey } from './keys.ts';
import { TrustError } from './trust-error.ts';

const policyType = 'usher-policy+jwt';
/** Room for some ten thousand known versions and long release notes. */
const longestPolicy = 1024 * 1024;

/** What a policy must fit to be accepted. */
export type PolicyExpectation = {
  /** The director's public keys (raw, base64url): those of the last verified `director.json`. */
  keys: readonly string[];
  workstationId: string;
  /** The product asked for; left out where the workstation does not know its id yet. */
  productId?: string | undefined;
  /** The nonce of the check that this is the answer to; left out for a policy from the cache. */
  nonce?: string | undefined;
  /** `issuedAt` of the newest policy that this workstation has had for the product, if any. */
  newestIssuedAt?: string | undefined;
};

/** Signs a policy with the director's key: a compact JWS of the type `usher-policy+jwt`. */
export function signPolicy(policy: Policy, key: SigningKey): string {
  return signJws(key, policyType, policy);
}

/**
 * When a policy was issued, by its own account: nothing is verified. By this time the catalogue is judged that names the
 * keys which the policy is verified with, after which it is the director's word. Null where it says nothing.
 */
export function claimedIssue(text: string): Date | null {
  try {
    const payload = policySchema.pick({ issuedAt: true }).safeParse(readUnverifiedJws(text, longestPolicy));
    return payload.success ? new Date(payload.data.issuedAt) : null;
  } catch (error) {
    if (error instanceof TrustError) return null;
    throw error;
  }
}

/**
 * Verifies a signed policy: signature and type, protocol, form (every date in it among them), workstation, product,
 * nonce, and that it is not older than the newest one that is known.
 * @throws TrustError every `token.…` code, `policy.wrong-protocol`, `policy.malformed`, `policy.wrong-workstation`,
 *   `policy.wrong-product`, `policy.wrong-nonce`, `policy.rolled-back`
 */
export function verifyPolicy(text: string, expected: PolicyExpectation): PolicyDocument {
  const payload = verifyJws(text, { types: [policyType], keys: expected.keys, maxLength: longestPolicy });
  const protocol = z.looseObject({ protocol: z.number() }).safeParse(payload);
  if (protocol.success && protocol.data.protocol !== protocolNumber) {
    throw new TrustError(
      'policy.wrong-protocol',
      `The policy is of protocol ${protocol.data.protocol}; this program speaks ${protocolNumber}.`,
    );
  }
  const parsed = policySchema.safeParse(payload);
  if (!parsed.success) {
    throw new TrustError('policy.malformed', 'The policy is signed, but not of the form of a policy.', {
      cause: parsed.error,
    });
  }
  const policy = parsed.data;
  if (policy.workstation.id !== expected.workstationId) {
    throw new TrustError('policy.wrong-workstation', `The policy is for the workstation ${policy.workstation.id}.`);
  }
  if (expected.productId !== undefined && policy.product.id !== expected.productId) {
    throw new TrustError('policy.wrong-product', `The policy is for the product ${policy.product.id}.`);
  }
  if (expected.nonce !== undefined && policy.nonce !== expected.nonce) {
    throw new TrustError('policy.wrong-nonce', 'The policy is not the answer to this check.');
  }
  if (expected.newestIssuedAt !== undefined && isBefore(policy.issuedAt, expected.newestIssuedAt)) {
    throw new TrustError('policy.rolled-back', 'The policy was issued before one that this workstation has had.');
  }
  return policy;
}

/** Compares instants; one that can't be read counts as later, so that nothing slips past it. */
function isBefore(instant: string, reference: string): boolean {
  return !(Date.parse(instant) >= Date.parse(reference));
}
