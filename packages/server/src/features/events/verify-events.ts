// Checks the whole chain of events: nothing changed, removed, put in, reordered, or cut off at the end.
import { setImmediate as otherWork } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Reader } from '../../database/database.ts';
import { chainHash, firstHash } from './event-chain.ts';
import { readAfter, readHead, type ChainHead, type EventRow } from './store.ts';

/** What a check of the chain found. */
export interface Verification {
  readonly intact: boolean;
  /** Events that were found good. */
  readonly checked: number;
  /** The number of the first event that does not fit. */
  readonly brokenAt?: number;
  /** Why it does not, in a sentence. */
  readonly reason?: string;
}

const pageSize = 1000;

/**
 * Reads every event up to the head, page by page, in bounded memory. Events that are recorded meanwhile do not disturb it.
 *
 * Whoever rewrites every hash from some event on, and the head, is not found here, but by the workstations, which keep
 * the newest hash that they have seen.
 */
export async function verifyEvents(read: Reader): Promise<Verification> {
  const head = await readHead(read);
  let last: ChainHead = { seq: 0, hash: firstHash };
  let checked = 0;
  while (last.seq < head.seq) {
    const rows = await readAfter(read, last.seq, pageSize);
    if (rows.length === 0) return broken(last, checked, 'The event is missing, and so is all that came after it.');
    for (const row of rows) {
      const fault = faultOf(row, last);
      if (fault !== null) return broken(last, checked, fault);
      last = { seq: row.seq, hash: row.hash };
      checked += 1;
      if (last.seq === head.seq) break;
    }
    // The embedded database answers at once: without a pause a long log would hold up every request.
    await otherWork();
  }
  if (last.hash !== head.hash) {
    const before = { seq: Math.max(last.seq - 1, 0), hash: '' };
    return broken(before, Math.max(checked - 1, 0), 'Its hash is not the one that the head of the log holds.');
  }
  if (head.highest > head.seq) return broken(last, checked, 'The event stands after the head of the log.');
  return { intact: true, checked };
}

function broken(last: ChainHead, checked: number, reason: string): Verification {
  return { intact: false, checked, brokenAt: last.seq + 1, reason };
}

function faultOf(row: EventRow, last: ChainHead): string | null {
  if (row.seq !== last.seq + 1 && !isRestoreAfter(row, last)) return 'The event is missing.';
  if (row.previousHash !== last.hash) return 'It does not follow the event before it.';
  if (row.hash !== chainHash(row.previousHash, row.content)) return 'Its content is not what was sealed.';
  if (!isDeepStrictEqual(parsed(row.content), contentOf(row))) return 'Its columns do not say what was sealed.';
  return null;
}

/**
 * A restore says itself that the numbers between the backup's newest event and its own were given to events that are lost. Like
 * every other event it is sealed, and shown.
 */
function isRestoreAfter({ seq, type, data }: EventRow, last: ChainHead): boolean {
  if (type !== 'trust.restored' || seq <= last.seq) return false;
  const told = parsed(data);
  return typeof told === 'object' && told !== null && 'after' in told && told.after === last.seq;
}

function contentOf(row: EventRow): unknown {
  return {
    seq: row.seq,
    id: row.id,
    type: row.type,
    at: row.at,
    actor: { kind: row.actorKind, id: row.actorId, name: row.actorName },
    object: { kind: row.objectKind, id: row.objectId, name: row.objectName },
    address: row.address,
    data: parsed(row.data),
  };
}

/** JSON, or something that equals nothing: a damaged text is a finding, not an error. */
function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return Symbol('not JSON');
  }
}
