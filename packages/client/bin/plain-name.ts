// File names for names that others chose.
import { createHash } from 'node:crypto';

const longest = 200;

/**
 * A name as one file name that stays in its folder: percent-encoded (everything but letters, digits and `-._~`), so
 * that no two names share it; where that is too long, or a name that means another folder, its SHA-256.
 */
export function plainName(name: string): string {
  const encoded = encodeURIComponent(name.toWellFormed()).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  const isPlain = encoded.length > 0 && encoded.length <= longest && !/^\.{1,2}$/.test(encoded);
  return isPlain ? encoded : createHash('sha256').update(name).digest('hex');
}
