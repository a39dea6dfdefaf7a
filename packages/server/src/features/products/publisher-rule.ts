// Whose signature a product accepts.
import type { SignatureFacts } from '@usher/msi';
import type { ProblemCode } from '@usher/protocol';

/** A publisher on a product's list. `authorityKey` is empty where only the names are known. */
export interface ListedPublisher {
  readonly subject: string;
  readonly issuer: string;
  readonly authorityKey: string;
}

/** What a product says of signatures: `trusted`, `signed` or `any`. */
export interface PublisherRule {
  readonly signature: string;
  readonly publishers: readonly ListedPublisher[];
}

/** What of a verified signature the rule looks at. */
export type JudgedSignature = Pick<SignatureFacts, 'publisher' | 'chain'>;

/**
 * Why a file with this signature is refused; null where it is not. Under `any` nothing is. Under `trusted` the signer, or a certificate
 * of its chain, must be on the product's list; under `signed` too, once the list has an entry: the first approval makes it.
 */
export function publisherFault(
  rule: PublisherRule,
  signature: JudgedSignature,
): Extract<ProblemCode, 'installer.unsigned' | 'installer.untrusted'> | null {
  if (rule.signature === 'any') return null;
  if (signature.publisher === null) return 'installer.unsigned';
  if (rule.signature === 'signed' && rule.publishers.length === 0) return null;
  return listedPublisher(rule.publishers, signature) === null ? 'installer.untrusted' : null;
}

/**
 * The entry of a list that a signature fits: by the signer, else by a certificate of its chain. The key that vouches for a signer's name
 * must be the listed one, where one is listed: anybody can make an authority of any name.
 */
export function listedPublisher<T extends ListedPublisher>(list: readonly T[], signature: JudgedSignature): T | null {
  const { publisher, chain } = signature;
  if (publisher === null) return null;
  const fitsKey = (entry: ListedPublisher) =>
    entry.authorityKey === '' || entry.authorityKey === publisher.authorityKey;
  const bySigner = list.find((entry) => isSameName(entry, publisher) && fitsKey(entry));
  return (
    bySigner ?? list.find((entry) => chain.slice(1).some((each) => isSameName(entry, each)) && fitsKey(entry)) ?? null
  );
}

function isSameName(entry: ListedPublisher, other: { subject: string; issuer: string }): boolean {
  return entry.subject === other.subject && entry.issuer === other.issuer;
}
