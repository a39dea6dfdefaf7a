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
    .select([
      'own.productId as ownId',
      'own.installedVersion',
      'own.versionKey',
      'own.productCode',
      'own.desiredVersion',
      'own.verdict',
      'own.checkedAt',
      'own.lastErrorAt',
      'own.lastError',
    ])
    .where('workstations.id', '=', workstationId)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const { headSeq, headHash, witnessHash, ownId, ...rest } = row;
  const { installedVersion, versionKey, productCode, desiredVersion, verdict, checkedAt, lastErrorAt, lastError } =
    rest;
  const own = { installedVersion, versionKey, productCode, desiredVersion, verdict, checkedAt, lastErrorAt, lastError };
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
