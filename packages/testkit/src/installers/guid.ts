// GUIDs that follow from what they name, so that a recipe gives the same codes on every machine and run.
import { createHash } from 'node:crypto';

/** A GUID as Windows Installer writes it, `{XXXXXXXX-XXXX-XXXX-XXXX-XXXXXXXXXXXX}`, drawn from the hash of `parts`. */
export function guidFrom(...parts: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(parts)).digest('hex').toUpperCase();
  // The fixed digits are those of RFC 9562, section 5.8: version 8, variant 10x.
  const fields = [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(13, 16)}`,
    `A${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ];
  return `{${fields.join('-')}}`;
}
