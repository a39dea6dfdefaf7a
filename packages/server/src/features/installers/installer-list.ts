// Installers as people read them: lists, one with its decisions, and on how many workstations each is installed.
import { chooseInstaller, versionSortKey, type Architecture } from '@usher/core';
import type { SignatureFacts } from '@usher/msi';
import {
  decisions,
  installerDetailSchema,
  installerSchema,
  versionSchema,
  type Actor,
  type Installer,
} from '@usher/protocol';
import * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { contains } from '../../database/text-search.ts';
import { listAnswer, listQuery, rowsOf } from '../../http/list-query.ts';
import { findProduct } from '../products/read-model.ts';
import { installedCounts } from '../workstations/kept-counts.ts';
import { decisionsOn, type InstallerRow } from './store.ts';

/** The query of `GET /installers`. */
export const installerQuery = listQuery(
  ['uploadedAt', 'version', 'product', 'architecture', 'language', 'decision', 'decidedAt', 'size', 'fileName'],
  '-uploadedAt',
  {
    decision: z.enum(decisions).optional(),
    product: z.string().max(80).optional().meta({ description: 'A product id, or its UpgradeCode' }),
    version: versionSchema.optional(),
  },
);

type Query = z.output<typeof installerQuery>;
type NamedRow = InstallerRow & { readonly name: string };

const columns = {
  uploadedAt: 'installers.uploadedAt',
  version: 'installers.versionKey',
  product: 'products.name',
  architecture: 'installers.architecture',
  language: 'installers.language',
  decision: 'installers.decision',
  decidedAt: 'installers.decidedAt',
  size: 'installers.size',
  fileName: 'installers.fileName',
} as const;

/** One page of the installers. */
export async function listInstallers(read: Reader, query: Query) {
  const found = await narrowed(read, query);
  if (found === null) return listAnswer([], 0, query);
  const { limit, offset } = rowsOf(query);
  const rows = await found
    .selectAll('installers')
    .select('products.name')
    .orderBy(columns[query.sort.field], query.sort.direction)
    .orderBy('installers.id')
    .limit(limit)
    .offset(offset)
    .execute();
  const { total } = await found.select((e) => e.fn.countAll<number>().as('total')).executeTakeFirstOrThrow();
  const installedOn = await countInstalled(read, rows);
  return listAnswer(
    rows.map((row) => installerSchema.parse(itemOf(row, installedOn.get(row.id) ?? 0))),
    total,
    query,
  );
}

/** An installer with its facts and decisions; null where there is none. */
export async function readInstallerDetail(read: Reader, id: string) {
  const row = await read
    .selectFrom('installers')
    .innerJoin('products', 'products.id', 'installers.productId')
    .selectAll('installers')
    .select('products.name')
    .where('installers.id', '=', id)
    .executeTakeFirst();
  if (row === undefined) return null;
  const installedOn = await countInstalled(read, [row]);
  const made = await decisionsOn(read, id);
  return installerDetailSchema.parse({
    ...itemOf(row, installedOn.get(id) ?? 0),
    facts: JSON.parse(row.facts) as unknown,
    decisions: made.map((decision) => ({ ...decision, by: JSON.parse(decision.by) as Actor })),
  });
}

/** Null where nothing can be found: the product that is asked for does not exist. */
async function narrowed(read: Reader, { q, decision, product, version }: Query) {
  const wanted = product === undefined ? undefined : await findProduct(read, product);
  if (product !== undefined && wanted === undefined) return null;
  return read
    .selectFrom('installers')
    .innerJoin('products', 'products.id', 'installers.productId')
    .$if(wanted !== undefined, (list) => list.where('installers.productId', '=', wanted?.id ?? ''))
    .$if(decision !== undefined, (list) => list.where('installers.decision', '=', decision ?? ''))
    .$if(version !== undefined, (list) => list.where('installers.versionKey', '=', versionSortKey(version ?? '')))
    .$if(q !== undefined && q !== '', (list) =>
      list.where((e) =>
        e.or(
          (
            [
              'products.name',
              'installers.productName',
              'installers.version',
              'installers.manufacturer',
              'installers.fileName',
              'installers.signature',
              'installers.sha256',
              'installers.productCode',
            ] as const
          ).map((column) => contains(e.ref(column), q ?? '')),
        ),
      ),
    );
}

/** On how many workstations (none that is retired) each installer is, by the ProductCode that they report, else by what would fit them. */
async function countInstalled(read: Reader, shown: readonly InstallerRow[]): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  if (shown.length === 0) return counts;
  const versions = { products: shown.map((row) => row.productId), keys: shown.map((row) => row.versionKey) };
  const groups = (await installedCounts(read, versions.products, versions.keys)).filter(({ number }) => number > 0);
  if (groups.length === 0) return counts;
  const alike = await read
    .selectFrom('installers')
    .select(['id', 'productId', 'version', 'versionKey', 'productCode', 'architecture', 'language'])
    .where('productId', 'in', versions.products)
    .where('versionKey', 'in', versions.keys)
    .orderBy('id')
    .execute();
  for (const group of groups) {
    const ofVersion = alike.filter(
      ({ productId, versionKey }) => productId === group.productId && versionKey === group.versionKey,
    );
    const named = ofVersion.filter(({ productCode }) => productCode.toUpperCase() === group.productCode.toUpperCase());
    const options = (named.length > 0 ? named : ofVersion).map((row) => ({
      ...row,
      installerId: row.id,
      architecture: row.architecture as Architecture,
      // Which one is there has nothing to do with what was decided since.
      decision: 'approved' as const,
    }));
    const platform = { architecture: group.osArch, language: group.osLanguage };
    const held = chooseInstaller(options, ofVersion[0]?.version ?? '', platform).installer ?? options[0];
    if (held !== undefined) counts.set(held.id, (counts.get(held.id) ?? 0) + group.number);
  }
  return counts;
}

function itemOf(row: NamedRow, installedOn: number): Installer {
  const { signedAt, ...signature } = JSON.parse(row.signature) as SignatureFacts;
  return {
    ...row,
    product: { id: row.productId, name: row.name },
    published: row.published === 1,
    architecture: row.architecture as Architecture,
    signature: {
      ...signature,
      signedAt: signedAt === null ? null : new Date(signedAt).toISOString(),
      chain: [...signature.chain],
    },
    decision: row.decision as Installer['decision'],
    decidedBy: row.decidedBy === null ? null : (JSON.parse(row.decidedBy) as Actor),
    properties: JSON.parse(row.properties) as Record<string, string>,
    warnings: JSON.parse(row.warnings) as Installer['warnings'],
    installedOn,
    uploadedBy: JSON.parse(row.uploadedBy) as Actor,
  };
}
