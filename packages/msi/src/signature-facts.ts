// What is known of an installer file's signature once it has been verified.
import type { Digest } from './algorithms.ts';

/** One certificate of the signer's chain. */
export interface CertificateFacts {
  /** The name as RFC 4514 writes it: `CN=Vendor,O=Vendor\, Inc.,C=BR`. */
  readonly subject: string;
  readonly issuer: string;
  /** Upper-case hexadecimal. */
  readonly serial: string;
  /** ISO 8601, UTC. */
  readonly notBefore: string;
  /** ISO 8601, UTC. */
  readonly notAfter: string;
  /** SHA-256 of the whole certificate, lower-case hexadecimal. */
  readonly sha256: string;
}

/**
 * Who signed: the subject's name as a certain issuer vouches for it. Names alone can be imitated by anyone who makes
 * an authority of that name; whoever compares publishers compares `authorityKey` too.
 */
export interface Publisher {
  readonly subject: string;
  readonly issuer: string;
  /**
   * SHA-256 of the public key (SubjectPublicKeyInfo) that vouches for the name, lower-case hexadecimal: that of the
   * issuer where the file carries its certificate, otherwise the signer's own.
   */
  readonly authorityKey: string;
}

/** A signature that was verified; or that there is none. A signature that does not hold is an `InstallerError`. */
export interface SignatureFacts {
  readonly status: 'valid' | 'none';
  readonly publisher: Publisher | null;
  /** ISO 8601, UTC. Proven when `timestamped`; otherwise what the signer says, or null. */
  readonly signedAt: string | null;
  /** Whether a time-stamp authority proves when it was signed. */
  readonly timestamped: boolean;
  /** Name of the time-stamp authority's certificate. */
  readonly timestampAuthority: string | null;
  /** A certificate of the chain has expired: nothing but the time stamp says that the signature is older. */
  readonly restsOnTimestamp: boolean;
  /** Digest of the file's content. */
  readonly algorithm: Digest | null;
  /** Whether names, sizes and times of the file's streams are signed too, and not only their contents. */
  readonly extended: boolean;
  /**
   * The signer's certificate and those of its issuers that the file carries, from the signer up. Each is vouched for by
   * the next; what the last one says besides its key is vouched for by nobody.
   */
  readonly chain: readonly CertificateFacts[];
}
