// Writes a certificate's name as text, so that two different names never read the same (RFC 4514).
import { childOf, oidOf, TAG, type DerNode } from './der.ts';

/** RFC 4514, RFC 4519, and what extended-validation certificates add. */
const SHORT_NAMES = new Map<string, string>([
  ['2.5.4.3', 'CN'],
  ['2.5.4.5', 'serialNumber'],
  ['2.5.4.6', 'C'],
  ['2.5.4.7', 'L'],
  ['2.5.4.8', 'ST'],
  ['2.5.4.9', 'STREET'],
  ['2.5.4.10', 'O'],
  ['2.5.4.11', 'OU'],
  ['2.5.4.15', 'businessCategory'],
  ['2.5.4.17', 'postalCode'],
  ['0.9.2342.19200300.100.1.25', 'DC'],
  ['0.9.2342.19200300.100.1.1', 'UID'],
  ['1.2.840.113549.1.9.1', 'emailAddress'],
  ['1.3.6.1.4.1.311.60.2.1.1', 'jurisdictionL'],
  ['1.3.6.1.4.1.311.60.2.1.2', 'jurisdictionST'],
  ['1.3.6.1.4.1.311.60.2.1.3', 'jurisdictionC'],
]);

/** The text of a Name, most specific part first, as RFC 4514 writes it: `CN=Vendor,O=Vendor\, Inc.,C=BR`. */
export function distinguishedName(name: DerNode): string {
  return name.children
    .map((set) =>
      set.children
        .map((part) => {
          const oid = oidOf(childOf(part, 0, TAG.objectIdentifier));
          return `${SHORT_NAMES.get(oid) ?? oid}=${valueText(part.children[1])}`;
        })
        .join('+'),
    )
    .reverse()
    .join(',');
}

function valueText(node: DerNode | undefined): string {
  const text = node === undefined ? null : decode(node);
  if (text === null) return `#${Buffer.from(node?.raw ?? []).toString('hex')}`;
  return (
    text
      .replace(/[\\",+;<>=]/g, '\\$&')
      // eslint-disable-next-line no-control-regex -- control characters are exactly what must not stay
      .replace(/[\u0000-\u001f\u007f]/g, (control) => `\\${control.charCodeAt(0).toString(16).padStart(2, '0')}`)
      .replace(/^[ #]/, '\\$&')
      .replace(/(?<!\\) $/, '\\ ')
  );
}

/** The text of a string of any kind that names use; null when it is none, or not valid in its own encoding. */
function decode({ tag, contents }: DerNode): string | null {
  const bytes = Buffer.from(contents);
  switch (tag) {
    case 0x0c:
      try {
        return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
      } catch {
        return null;
      }
    case 0x12:
    case 0x13:
    case 0x14:
    case 0x16:
      return bytes.toString('latin1');
    case 0x1e:
      return bytes.length % 2 === 0 ? bytes.swap16().toString('utf16le') : null;
    default:
      return null;
  }
}
