// The ready-made installers of testdata/installers: a small product in three versions, for tests and the demo
// that need a real installer but no program to make one. make-fixtures.ts makes them anew.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { InstallerRecipe } from './installer-recipe.ts';
import type { MadeInstaller } from './make-installer.ts';

/** A ready-made installer. */
export interface InstallerFixture extends MadeInstaller {
  readonly size: number;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Distinguished names as `openssl` takes them (`/O=…/CN=…`); null where it is not signed. */
  readonly publisher: { readonly subject: string; readonly issuer: string } | null;
}

/** What make-fixtures.ts makes: 3.22.1, 3.23.0 (time-stamped, with MsiDigitalSignatureEx), and 3.24.0 without a signature. */
export const contosoRecipes = {
  'contoso-agent-3.22.1.msi': { recipe: { version: '3.22.1' }, signature: 'plain' },
  'contoso-agent-3.23.0.msi': { recipe: { version: '3.23.0' }, signature: 'extended' },
  'contoso-agent-3.24.0-unsigned.msi': { recipe: { version: '3.24.0' }, signature: 'none' },
} as const satisfies Record<string, { recipe: InstallerRecipe; signature: 'plain' | 'extended' | 'none' }>;

/** The folder of the ready-made installers. */
export const fixtureFolder: string = fileURLToPath(new URL('../../testdata/installers', import.meta.url));

/** The root (PEM) that issued the certificate of the ready-made installers; its key was thrown away. */
export const contosoRootCertificate: string = join(fixtureFolder, 'contoso-root.pem');

type Listed = Omit<InstallerFixture, 'path'>;

function read(file: keyof typeof contosoRecipes): InstallerFixture {
  const list = JSON.parse(readFileSync(join(fixtureFolder, 'fixtures.json'), 'utf8')) as Record<string, Listed>;
  const listed = list[file];
  if (listed === undefined)
    throw new Error(`fixtures.json does not know ${file}: run "npm run fixtures" in the testkit`);
  return { ...listed, path: join(fixtureFolder, file) };
}

/** The ready-made installers, by version. */
export function contosoInstallers(): Readonly<Record<'3.22.1' | '3.23.0' | '3.24.0', InstallerFixture>> {
  return {
    '3.22.1': read('contoso-agent-3.22.1.msi'),
    '3.23.0': read('contoso-agent-3.23.0.msi'),
    '3.24.0': read('contoso-agent-3.24.0-unsigned.msi'),
  };
}
