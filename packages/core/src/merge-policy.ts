// What a workstation adds to its signed policy before it decides: the catalogue's prohibitions, and a typed-in pass.
import { parseInstant } from './instant.ts';
import type { Pass, Policy, Prohibition } from './policy.ts';

/** What stands beside the policy. The caller has verified both: the catalogue's signature, and the pass's. */
export interface PolicyAdditions {
  /** Of the signed catalogue. */
  readonly prohibited: readonly Prohibition[];
  /** Typed in by `usher-client unlock`, for this workstation and product; null where there is none. */
  readonly pass: Pass | null;
}

/**
 * The policy with the additions. Prohibitions are only ever added: none of the policy's is left out, whatever the
 * catalogue says. Of two passes the one that ends later holds; on a tie, or where the typed one can't be read, the
 * policy's. Everything else stays as it was signed.
 */
export function mergePolicy(policy: Policy, additions: PolicyAdditions): Policy {
  return {
    ...policy,
    prohibited: [...policy.prohibited, ...additions.prohibited],
    pass: laterPass(policy.pass, additions.pass),
  };
}

function laterPass(signed: Pass | null, typed: Pass | null): Pass | null {
  if (typed === null || signed === null) return signed ?? typed;
  const [signedUntil, typedUntil] = [parseInstant(signed.until), parseInstant(typed.until)];
  return typedUntil > signedUntil || Number.isNaN(signedUntil) ? typed : signed;
}
