// What the server knows of a workstation when it asks: read at once, since every start waits for it.
import type { Selectable } from 'kysely';
import type { Reader } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

/** Everything about the workstation itself that a check needs. */
export interface KnownFacts {
  readonly workstation: Selectable<Tables['workstations']>;
  /** What it has of the product, as far as it is known; undefined at its first check. */
  readonly product: Selectable<Tables['workstationProducts']> | undefined;
  /** The newest event. */
  readonly head: { readonly seq: number; readonly hash: string };
  /** The hash of the event that the workstation names; null where there is none of that number. */
  readonly witnessHash: string | null;
}

type OwnColumn = Exclude<keyof Tables['workstationProducts'], 'workstationId' | 'productId'>;

/** Every column of what a workstation has of a product, beside its key. */
const ownColumns = Object.keys({
  installedVersion: true,
  versionKey: true,
  productCode: true,
  desiredVersion: true,
  verdict: true,
  checkedAt: true,
  lastErrorAt: true,
  lastError: true,
} satisfies Record<OwnColumn, true>) as OwnColumn[];

/** Reads it in one statement: what it says belongs together. Undefined for a workstation that is gone. */
export async function knownFacts(
  read: Reader,
  workstationId: string,
  productId: string,
  witnessSeq: number | null,
): Promise<KnownFacts | undefined> {
  const row = await read
    .selectFrom('workstations')
    .innerJoin('eventHead', (join) => join.on('eventHead.id', '=', 1))
    .leftJoin('workstationProducts as own', (join) =>
      join.onRef('own.workstationId', '=', 'workstations.id').on('own.productId', '=', productId),
    )
    .leftJoin('events', (join) => join.on('events.seq', '=', witnessSeq ?? -1))
    .selectAll('workstations')
    .select(['eventHead.seq as headSeq', 'eventHead.hash as headHash', 'events.hash as witnessHash'])
    .select('own.productId as ownId')
    .select(ownColumns.map((column) => `own.${column}` as const))
    .where('workstations.id', '=', workstationId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { headSeq, headHash, witnessHash, ownId, ...rest } = row;
  const own = Object.fromEntries(ownColumns.map((column) => [column, rest[column]])) as Pick<typeof rest, OwnColumn>;
  return {
    workstation: rest,
    product: ownId === null ? undefined : { workstationId, productId, ...own },
    head: { seq: headSeq, hash: headHash },
    witnessHash,
  };
}

/** Locks a workstation before anything else of a check is locked. */
export async function lockForCheck(read: Reader, workstationId: string): Promise<void> {
  await read.selectFrom('workstations').select('id').where('id', '=', workstationId).forNoKeyUpdate().execute();
}
