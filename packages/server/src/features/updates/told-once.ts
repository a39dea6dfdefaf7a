// What workstations tell, kept: each report, and whatever else is told with them, counts once, however often it is sent.
import { isoInstant } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';

/** Something that was told. */
export interface ToldEntry {
  readonly id: string;
  readonly at: string;
  readonly seq?: number | undefined;
  readonly state: string;
  readonly code?: number | null | undefined;
  readonly detail?: string | null | undefined;
  /** Left out where it is about no update. */
  readonly updateId?: string;
  readonly attempt?: number | undefined;
  readonly exitCode?: number | undefined;
}

/**
 * Keeps what was never told before. Answers the ids of those.
 * @param isApplied what is about no update applies as it comes
 */
export async function noteOnce(
  tx: Transaction,
  workstationId: string,
  entries: readonly ToldEntry[],
  { receivedAt, isApplied }: { readonly receivedAt: string; readonly isApplied: boolean },
): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const rows = entries.map(({ id, at, seq, state, code, detail, updateId, attempt, exitCode }) => ({
    id,
    workstationId,
    updateId: updateId ?? '',
    at: isoInstant(Date.parse(at)),
    receivedAt,
    attempt: attempt ?? null,
    seq: seq ?? null,
    state,
    applied: isApplied ? 1 : 0,
    code: code ?? null,
    exitCode: exitCode ?? null,
    detail: detail ?? null,
  }));
  const inserted = await tx.db
    .insertInto('reports')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['workstationId', 'id']).doNothing())
    .returning('id')
    .execute();
  return new Set(inserted.map(({ id }) => id));
}
