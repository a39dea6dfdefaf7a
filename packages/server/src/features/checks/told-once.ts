// What workstations tell besides the reports of updates: each counts once, however often it is sent.
import { isoInstant } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';

/** Something that was told. */
interface ToldEntry {
  readonly id: string;
  readonly at: string;
  readonly seq?: number | undefined;
  readonly state: string;
  readonly code?: number | null | undefined;
  readonly detail?: string | null | undefined;
}

/** Keeps what was never told before, beside the reports of updates, which it is told with. Answers the ids of those. */
export async function noteOnce(
  tx: Transaction,
  workstationId: string,
  entries: readonly ToldEntry[],
  receivedAt: string,
): Promise<ReadonlySet<string>> {
  if (entries.length === 0) return new Set();
  const rows = entries.map(({ id, at, seq, state, code, detail }) => ({
    id,
    workstationId,
    updateId: '',
    at: isoInstant(Date.parse(at)),
    receivedAt,
    attempt: null,
    seq: seq ?? null,
    state,
    applied: 1,
    code: code ?? null,
    exitCode: null,
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
