// Is the server's answer newer than what this workstation has had, and which event is the newest that it has seen?
import type { CheckAnswer, PolicyDocument } from '@usher/protocol';
import { TrustError, verifyLogHead, verifyPolicy, type PolicyExpectation } from '@usher/trust';
import { readTextOrSetAside } from '../state/state-file.ts';
import type { ClockRecord } from '../state/state-folder.ts';
import type { Engine } from './engine.ts';

/** The newest event that was seen, with the proof that the server told of it. */
type SeenLog = ClockRecord['log'];

/** A policy that was verified. */
export interface VerifiedPolicy {
  readonly policy: PolicyDocument;
  /** The director's keys that it was verified with. */
  readonly keys: readonly string[];
  /** What was remembered counts no longer: it came from a director whose key has been taken back since. */
  readonly isNewBeginning: boolean;
}

/**
 * Verifies the answer to a check with these keys.
 *
 * A policy that was issued before the newest one is refused, unless that newest one is by a key that the catalogue no longer names:
 * then it was a thief's, perhaps, who dated it far ahead so that nothing would be newer; what they said about the time ends with
 * their key (as with the versions of metadata, TUF 5.3.11).
 * @throws TrustError as `verifyPolicy` does
 */
export async function verifyNewest(engine: Engine, text: string, expected: PolicyExpectation): Promise<VerifiedPolicy> {
  const { keys, workstationId } = expected;
  try {
    return { policy: verifyPolicy(text, expected), keys, isNewBeginning: false };
  } catch (error) {
    const isRolledBack = error instanceof TrustError && error.code === 'policy.rolled-back';
    if (!isRolledBack || (await isStillGood(engine, { keys, workstationId }))) throw error;
    engine.log.warn('the newest policy here was signed with a key that has been taken back: its time counts no longer');
    return { policy: verifyPolicy(text, { ...expected, newestIssuedAt: undefined }), keys, isNewBeginning: true };
  }
}

/** Whether the newest policy that is kept is signed with one of these keys. */
async function isStillGood({ product }: Engine, expected: PolicyExpectation): Promise<boolean> {
  const text = await readTextOrSetAside(product.policyPath, product.onDamage);
  if (text === null) return false;
  try {
    verifyPolicy(text, expected);
    return true;
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}

/** The newest event that this workstation has seen by now. */
export function newestSeen(
  { policy, keys, isNewBeginning }: VerifiedPolicy,
  answer: CheckAnswer,
  before: SeenLog,
): SeenLog {
  if (before !== null && before.seq > policy.log.seq && !isNewBeginning) return before;
  const { seq, hash } = policy.log;
  const proof = answer.log?.proof;
  return proof !== undefined && isProofOf(policy, proof, keys) ? { seq, hash, proof } : { seq, hash };
}

/** A proof that is none is not kept: shown later, it would prove nothing. */
function isProofOf({ log, workstation }: PolicyDocument, proof: string, keys: readonly string[]): boolean {
  try {
    const told = verifyLogHead(proof, { keys, workstationId: workstation.id });
    return told.seq === log.seq && told.hash === log.hash;
  } catch (error) {
    if (error instanceof TrustError) return false;
    throw error;
  }
}
