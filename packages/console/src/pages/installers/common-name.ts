// The name that a person knows a certificate's subject by.

/**
 * The common name out of a distinguished name (RFC 4514: `CN=Acme\, Inc.,O=Acme`), else its organisation, else the
 * whole as it stands.
 */
export function commonName(distinguishedName: string): string {
  const parts = distinguishedName.split(/(?<!\\)[,+]/).map((part) => part.trim());
  for (const attribute of ['CN=', 'O=']) {
    const part = parts.find((candidate) => candidate.toUpperCase().startsWith(attribute));
    if (part !== undefined)
      return part
        .slice(attribute.length)
        .replace(/^"(.*)"$/, '$1')
        .replace(/\\([,+"\\<>;=# ])/g, '$1');
  }
  return distinguishedName;
}
