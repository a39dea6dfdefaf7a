// Leaves out numbers of events that a lost server can have given to others.
import type { Transaction } from '../../database/database.ts';
import { lockHead } from './store.ts';

/**
 * Locks the log until the transaction ends, and gives its next event that number, or a higher one where that is taken. It must be
 * the event of a restore: see `verifyEvents`.
 */
export async function skipNumbers(tx: Transaction, next: number): Promise<void> {
  const { seq } = await lockHead(tx);
  await tx.db
    .updateTable('eventHead')
    .set({ seq: Math.max(seq, next - 1) })
    .where('id', '=', 1)
    .execute();
}
