// Installers and prohibitions of each product, kept in memory for as long as no event says that they may have changed.
import type { Prohibition } from '@usher/core';
import { eventTypeNames } from '@usher/protocol';
import type { Reader } from '../../database/database.ts';
import { installersOf, type ProductInstaller } from '../installers/read-model.ts';
import { prohibitionsInForce } from '../products/read-model.ts';

/** What the rules need of a product's catalogue. */
export interface ProductCatalogue {
  readonly installers: readonly ProductInstaller[];
  readonly prohibitions: readonly Prohibition[];
}

/** The catalogues of one process. */
export interface CatalogueCache {
  /**
   * The catalogue of a product, as new as the event of that number at least. Every change of a catalogue records an event in its own
   * transaction, and events become visible in their order: so whoever has seen an event sees the change, in any process.
   */
  get(productId: string, headSeq: number): Promise<ProductCatalogue>;
}

interface Entry {
  seq: number;
  readonly catalogue: ProductCatalogue;
}

/** Families of events that change nothing of a catalogue. Any other does, a new one too until it is listed here. */
const harmless = [
  'start',
  'assignment',
  'update',
  'workstation',
  'pass',
  'session',
  'account',
  'token',
  'group',
  'key',
];

const harmlessTypes = eventTypeNames.filter((type) => harmless.includes(type.split('.')[0] ?? ''));

/** Makes an empty one. */
export function makeCatalogueCache(read: Reader): CatalogueCache {
  const entries = new Map<string, Entry>();

  async function isCurrent(entry: Entry, headSeq: number): Promise<boolean> {
    // A head that went back is another history.
    if (headSeq <= entry.seq) return headSeq === entry.seq;
    const change = await read
      .selectFrom('events')
      .select('seq')
      .where('seq', '>', entry.seq)
      .where('seq', '<=', headSeq)
      .where('type', 'not in', harmlessTypes)
      .limit(1)
      .executeTakeFirst();
    return change === undefined;
  }

  return {
    get: async (productId, headSeq) => {
      const known = entries.get(productId);
      if (known !== undefined && (await isCurrent(known, headSeq))) {
        known.seq = Math.max(known.seq, headSeq);
        return known.catalogue;
      }
      const catalogue = {
        installers: await installersOf(read, productId),
        prohibitions: await prohibitionsInForce(read, productId),
      };
      entries.set(productId, { seq: headSeq, catalogue });
      return catalogue;
    },
  };
}
