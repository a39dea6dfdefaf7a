// Starts that a workstation decided without the server, recorded when it is told of them: each once, as offline.
import type { StartReport } from '@usher/protocol';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import type { RepeatedEvents } from '../events/repeated-events.ts';
import type { PassesService } from '../passes/service.ts';
import { findProduct } from '../products/read-model.ts';
import { noteOnce } from '../updates/service.ts';

/** What a start is told of. */
export interface OfflineStartTools {
  readonly repeats: Pick<RepeatedEvents, 'record'>;
  readonly clock: Clock;
  readonly passes: Pick<PassesService, 'markTypedUsed'>;
}

/** Records those starts that were never told before. Answers the ids of those that can never be recorded, with why. */
export async function recordOfflineStarts(
  tx: Transaction,
  { repeats, clock, passes }: OfflineStartTools,
  workstation: { readonly id: string; readonly hostname: string },
  starts: readonly StartReport[],
  by: Initiator,
): Promise<Map<string, 'unknown-product'>> {
  const refused = new Map<string, 'unknown-product'>();
  const rows = starts.map(({ id, at, seq, result, code, reason }) => ({
    id,
    at,
    seq,
    state: `start-${result}`,
    code,
    detail: reason,
  }));
  const fresh = await noteOnce(tx, workstation.id, rows, { receivedAt: isoNow(clock), isApplied: true });
  for (const { id, result, product: reference, installedVersion, code, reason, passUntil, ...told } of starts) {
    const product = await findProduct(tx.db, reference);
    if (!fresh.has(id)) {
      // Told again: the first answer may have been lost.
      if (product === undefined) refused.set(id, 'unknown-product');
      continue;
    }
    const at = isoInstant(Date.parse(told.at));
    if (product === undefined) refused.set(id, 'unknown-product');
    else if (result === 'blocked') {
      await repeats.record(tx, workstation.id, {
        ...by,
        type: 'start.blocked',
        object: { kind: 'workstation', id: workstation.id, name: workstation.hostname },
        data: {
          product: { id: product.id, name: product.name },
          installedVersion,
          target: null,
          code: code ?? null,
          reason: reason ?? null,
          offline: true,
          at,
        },
      });
    } else if (passUntil !== undefined) {
      const until = isoInstant(Date.parse(passUntil));
      await passes.markTypedUsed(tx, { workstationId: workstation.id, productId: product.id, until, at }, by);
    }
  }
  return refused;
}
