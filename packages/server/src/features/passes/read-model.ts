// Passes as they are read: the one that holds now, and all of a workstation.
import { passSchema } from '@usher/protocol';
import type * as z from 'zod';
import type { Reader } from '../../database/database.ts';
import { passesFor } from './store.ts';

/** A pass that holds. */
export interface ActivePass {
  readonly id: string;
  readonly until: string;
  readonly reason: string;
  /** When the workstation first started by it; null where it has not. */
  readonly usedAt: string | null;
}

/** The pass that holds longest for a workstation and product at an instant; null where none holds. */
export async function activePass(
  read: Reader,
  workstationId: string,
  productId: string,
  now: string,
): Promise<ActivePass | null> {
  const row = await passesFor(read, workstationId, productId)
    .select(['id', 'until', 'reason', 'usedAt'])
    .where('until', '>', now)
    .where('withdrawnAt', 'is', null)
    .orderBy('until', 'desc')
    .orderBy('id')
    .executeTakeFirst();
  return row ?? null;
}

/** Every pass that a workstation was ever given, the newest first. */
export async function passesOf(read: Reader, workstationId: string): Promise<z.output<typeof passSchema>[]> {
  const rows = await read
    .selectFrom('passes')
    .selectAll()
    .where('workstationId', '=', workstationId)
    .orderBy('givenAt', 'desc')
    .orderBy('id')
    .execute();
  return rows.map((row) => passSchema.parse({ ...row, givenBy: JSON.parse(row.givenBy) as unknown }));
}
