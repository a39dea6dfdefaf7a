// The names of the two streams that hold an MSI's signature.

/** The signature: a DER SignedData. */
export const SIGNATURE_STREAM = '\u0005DigitalSignature';
/** The hash over names, sizes and times, where the signature covers those too. */
export const SIGNATURE_EX_STREAM = '\u0005MsiDigitalSignatureEx';
