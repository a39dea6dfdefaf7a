// Base64url without padding, read strictly: one text for one sequence of bytes.

/** Bytes as base64url without padding (RFC 4648, section 5). */
export function toBase64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

/**
 * Reads base64url without padding. Gives null for anything that {@link toBase64Url} would not have written: other
 * characters, padding, an impossible length, or bits set in the unused end of the last character.
 */
export function fromBase64Url(text: string): Buffer | null {
  const bytes = Buffer.from(text, 'base64url');
  return bytes.toString('base64url') === text ? bytes : null;
}
