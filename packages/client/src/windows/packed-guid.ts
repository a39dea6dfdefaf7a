// GUIDs as Windows Installer writes them into the names of registry keys: no braces, each group turned round.

const guidPattern = /^\{([0-9A-F]{8})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{4})-([0-9A-F]{12})\}$/;
const packedPattern = /^[0-9A-F]{32}$/;

/**
 * A GUID (`{8-4-4-4-12}` in hexadecimal, in either case) in its packed form: the first three groups reversed digit by
 * digit, then each following byte's two digits swapped. Throws a `RangeError` on what is no GUID.
 */
export function packGuid(guid: string): string {
  const match = guidPattern.exec(guid.toUpperCase());
  if (match === null) throw new RangeError(`not a GUID: ${JSON.stringify(guid.slice(0, 80))}`);
  const [, first = '', second = '', third = '', fourth = '', fifth = ''] = match;
  return reversed(first) + reversed(second) + reversed(third) + swapped(fourth + fifth);
}

/** The GUID of a packed form, in upper case with braces; null where the text is none. */
export function unpackGuid(packed: string): string | null {
  const text = packed.toUpperCase();
  if (!packedPattern.test(text)) return null;
  const [first, second, third] = [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16)].map(reversed);
  const rest = swapped(text.slice(16));
  return `{${first ?? ''}-${second ?? ''}-${third ?? ''}-${rest.slice(0, 4)}-${rest.slice(4)}}`;
}

function reversed(text: string): string {
  return Array.from(text).reverse().join('');
}

function swapped(text: string): string {
  return text.replace(/(.)(.)/g, '$2$1');
}
