// Crockford's base 32: letters and digits that a person can read out, copy and type.

const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** Bytes in Crockford's base 32, without a check symbol; the last character is filled up with zero bits. */
export function toBase32(bytes: Uint8Array): string {
  let text = '';
  let pending = 0;
  let pendingBits = 0;
  for (const byte of bytes) {
    pending = (pending << 8) | byte;
    pendingBits += 8;
    while (pendingBits >= 5) {
      pendingBits -= 5;
      text += alphabet.charAt((pending >> pendingBits) & 31);
    }
    pending &= (1 << pendingBits) - 1;
  }
  return pendingBits === 0 ? text : text + alphabet.charAt((pending << (5 - pendingBits)) & 31);
}

/** Reads it back; small letters, O for 0 and I or L for 1 are understood. Null where it can't be. */
export function fromBase32(text: string): Buffer | null {
  const bytes: number[] = [];
  let pending = 0;
  let pendingBits = 0;
  for (const character of text.toUpperCase().replace(/O/g, '0').replace(/[IL]/g, '1')) {
    const value = alphabet.indexOf(character);
    if (value === -1) return null;
    pending = (pending << 5) | value;
    pendingBits += 5;
    if (pendingBits >= 8) {
      pendingBits -= 8;
      bytes.push(pending >> pendingBits);
      pending &= (1 << pendingBits) - 1;
    }
  }
  return pendingBits >= 5 || pending !== 0 ? null : Buffer.from(bytes);
}
