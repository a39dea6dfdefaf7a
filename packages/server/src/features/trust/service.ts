// What the server signs: policies, passes, and the catalogue of what is approved.
import type { Pass, Policy } from '@usher/core';
import type { PassScope } from '@usher/trust';
import type { Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';

/** What came of a publication. */
export interface PublicationOutcome {
  /** False where the catalogue could not be signed here and now: the change stands, but workstations do not see it yet. */
  readonly published: boolean;
}

/** The signing keys at work. Everything here is ready once the server has started. */
export interface TrustService {
  /** `1.root.json`, as served: the document that a workstation's trust begins with. */
  rootDocument(): string;
  /** SHA-256 of the root document, in hexadecimal: what an installation key carries. */
  rootFingerprint(): string;
  /** Signs a policy with the director's key: a compact JWS. */
  signPolicy(policy: Policy): string;
  /**
   * Signs a pass with the director's key: the short text for `usher-client unlock`.
   * @throws TrustError `pass.too-long` more than 72 hours from now, `pass.malformed`
   */
  signPass(pass: Pass & PassScope): string;
  /**
   * Publishes the catalogue anew from the database, in this transaction: approved installers, prohibitions, the director's keys. To be
   * called after the change that it is to show.
   */
  publish(tx: Transaction, who: Initiator): Promise<PublicationOutcome>;
}
