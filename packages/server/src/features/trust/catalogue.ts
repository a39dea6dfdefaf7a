// What the catalogue is to say, read from the database: approved installers, prohibitions, the newest event.
import { prohibitedForAll } from '@usher/core';
import type { CatalogueContents, CatalogueInstaller, LogHead } from '@usher/trust';
import type { Reader } from '../../database/database.ts';
import { installersOf, type ProductInstaller } from '../installers/read-model.ts';
import { allProducts, prohibitionsInForce } from '../products/read-model.ts';

/** Everything that the catalogue says, as the database has it now. */
export async function catalogueContents(read: Reader, directorKeys: readonly string[]): Promise<CatalogueContents> {
  const installers: CatalogueInstaller[] = [];
  const prohibited: Record<string, CatalogueContents['prohibited'][string]> = {};
  for (const { id } of await allProducts(read)) {
    const all = await installersOf(read, id);
    installers.push(...all.filter(({ decision }) => decision === 'approved').map(catalogueInstaller));
    const prohibitions = prohibitedForAll(await prohibitionsInForce(read, id), all);
    if (prohibitions.length > 0) prohibited[id] = [...prohibitions];
  }
  return { installers, prohibited, directorKeys };
}

/** The newest event that is committed; null before the first. */
export async function newestEvent(read: Reader): Promise<LogHead | null> {
  const head = await read.selectFrom('eventHead').select(['seq', 'hash']).where('id', '=', 1).executeTakeFirst();
  return head === undefined || head.seq === 0 ? null : head;
}

function catalogueInstaller(installer: ProductInstaller): CatalogueInstaller {
  const { targetPath, size, sha256, productId, version, productCode, upgradeCode, architecture, language } = installer;
  return {
    path: targetPath,
    size,
    sha256,
    facts: {
      product: productId,
      version,
      productCode,
      upgradeCode,
      architecture,
      language,
      fileName: installer.fileName,
      properties: { ...installer.properties },
      publisher: installer.publisher,
      verifiedAt: installer.uploadedAt,
    },
  };
}
