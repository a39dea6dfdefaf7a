// The installers of a product, as the rules and the catalogue take them.
import type { Architecture, DecidedInstaller, Decision } from '@usher/core';
import type { SignatureFacts } from '@usher/msi';
import type { Reader } from '../../database/database.ts';

/** An installer with what choosing it, prohibiting it and describing it as a target need. Fits core's `InstallerOption` and `DecidedInstaller`. */
export interface ProductInstaller extends DecidedInstaller {
  /** The same as `installerId`. */
  readonly id: string;
  readonly productId: string;
  readonly version: string;
  /** Sorts as the version does. */
  readonly versionKey: string;
  readonly upgradeCode: string;
  /** Whether the published catalogue holds it: only then can it be downloaded. */
  readonly published: boolean;
  /** Its path below the catalogue's targets. */
  readonly targetPath: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** Bytes. */
  readonly size: number;
  readonly fileName: string;
  /** When it was uploaded, and its signature verified. */
  readonly uploadedAt: string;
  /** Who signed it; null where nobody did. */
  readonly publisher: SignatureFacts['publisher'];
  /** Markdown. */
  readonly releaseNotes: string | null;
  /** Public MSI properties, given at every installation. */
  readonly properties: Readonly<Record<string, string>>;
}

/** Every installer of a product, whatever was decided on it, oldest first. */
export async function installersOf(reader: Reader, productId: string): Promise<ProductInstaller[]> {
  const rows = await reader
    .selectFrom('installers')
    .select([
      'id',
      'productId',
      'version',
      'versionKey',
      'productCode',
      'upgradeCode',
      'architecture',
      'language',
      'decision',
      'reason',
      'published',
      'targetPath',
      'sha256',
      'size',
      'fileName',
      'uploadedAt',
      'releaseNotes',
      'properties',
      'signature',
    ])
    .where('productId', '=', productId)
    .orderBy('uploadedAt')
    .orderBy('id')
    .execute();
  return rows.map(({ signature, ...row }) => ({
    ...row,
    installerId: row.id,
    architecture: row.architecture as Architecture,
    decision: row.decision as Decision,
    published: row.published === 1,
    properties: JSON.parse(row.properties) as Record<string, string>,
    publisher: publisherOf(signature),
  }));
}

function publisherOf(signature: string): ProductInstaller['publisher'] {
  const { publisher } = JSON.parse(signature) as Pick<SignatureFacts, 'publisher'>;
  if (publisher === null) return null;
  const { subject, issuer, authorityKey } = publisher;
  return { subject, issuer, authorityKey };
}
