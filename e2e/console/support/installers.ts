// Real signed installers, and the same damaged in the ways that a server has to refuse.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../../packages/testkit/testdata/installers');

function read(name: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(readFileSync(join(folder, name)));
}

/** The path of an installer, for a browser to choose. */
export function installerPath(version: '3.22.1' | '3.23.0'): string {
  return join(folder, `contoso-agent-${version}.msi`);
}

/** The same installer's content. */
export function installer(version: '3.22.1' | '3.23.0'): Uint8Array<ArrayBuffer> {
  return read(`contoso-agent-${version}.msi`);
}

function tampered(): Uint8Array<ArrayBuffer> {
  const content = installer('3.22.1');
  // Text of the property table: changing it leaves a readable file whose signature no longer fits.
  const at = Buffer.from(content.buffer).indexOf('Contoso');
  if (at < 0) throw new Error('The installer has no text to change');
  content[at] = 'K'.charCodeAt(0);
  return content;
}

/** One that is not signed, with a version of its own. */
export function unsignedInstaller(): Uint8Array<ArrayBuffer> {
  return read('contoso-agent-3.24.0-unsigned.msi');
}

/** Files that are no installers to be taken, each with what the console has to say of it. */
export const refused = [
  { name: 'unsigned.msi', content: unsignedInstaller(), says: 'The file is not signed' },
  { name: 'tampered.msi', content: tampered(), says: 'The signature does not match the file' },
  {
    name: 'cut-short.msi',
    content: installer('3.22.1').slice(0, 5000),
    says: 'The file is damaged or not built as an MSI must be',
  },
  {
    name: 'archive.msi',
    content: new Uint8Array(Buffer.from('504b0304140000000800', 'hex')),
    says: 'The file is not a Windows Installer database',
  },
  { name: 'nothing.msi', content: new Uint8Array(), says: 'The file is not a Windows Installer database' },
];
