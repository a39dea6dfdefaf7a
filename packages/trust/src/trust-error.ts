// The one error class of this package, and the closed list of its codes.

/**
 * Every way in which something that claims to be trustworthy can fail to be. A code is stable: programs, texts for
 * people and tests refer to it.
 */
export const trustErrorCodes = [
  // keys at rest
  'key.malformed',
  'key.wrong-passphrase',
  'key.wrong-label',
  // signed texts (compact JWS)
  'token.too-large',
  'token.malformed',
  'token.wrong-algorithm',
  'token.wrong-type',
  'token.unknown-key',
  'token.bad-signature',
  // the signed policy
  'policy.malformed',
  'policy.wrong-protocol',
  'policy.wrong-workstation',
  'policy.wrong-product',
  'policy.wrong-nonce',
  'policy.rolled-back',
  // the text for `usher-client unlock`
  'pass.malformed',
  'pass.mistyped',
  'pass.not-for-here',
  'pass.expired',
  'pass.too-long',
  // the proof of a second activation
  'proof.malformed',
  'proof.wrong-workstation',
  'proof.wrong-machine',
  'proof.wrong-key',
  'proof.out-of-time',
  // the installation key
  'installation-key.not-a-key',
  'installation-key.cut',
  'installation-key.mistyped',
  'installation-key.newer',
  'installation-key.malformed',
  // metadata of the catalogue, as the workstation sees it
  'metadata.missing',
  'metadata.too-large',
  'metadata.malformed',
  'metadata.wrong-root',
  'metadata.bad-signature',
  'metadata.rolled-back',
  'metadata.wrong-version',
  'metadata.mismatch',
  'metadata.expired',
  // what the catalogue holds
  'target.unknown',
  'target.missing',
  'target.malformed',
  'target.mismatch',
  // making the catalogue
  'repository.invalid',
  'repository.signatures-missing',
] as const;

/** One of {@link trustErrorCodes}. */
export type TrustErrorCode = (typeof trustErrorCodes)[number];

/** Something was refused; `code` says which rule refused it, `message` says it in a sentence. */
export class TrustError extends Error {
  override readonly name = 'TrustError';
  readonly code: TrustErrorCode;

  constructor(code: TrustErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
