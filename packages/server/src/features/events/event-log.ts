// The one way for a business event into the world: the sealed row, the log line and the metric, together or not at all.
import { eventTypes, type EventObject, type EventType } from '@usher/protocol';
import { isoNow, type Clock } from '../../clock.ts';
import type { Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import { newId, type Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import type { Log } from '../../log.ts';
import type { Metrics } from '../../metrics.ts';
import { chainHash, contentText, type EventContent } from './event-chain.ts';
import { mentionsOf } from './mentions.ts';
import { append, lockHead } from './store.ts';

/** An event that is about to be recorded. `data` holds no secret, and nothing that JSON cannot. */
export interface EventDraft extends Initiator {
  readonly type: EventType;
  readonly object: EventObject;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** Records events, and tells who listens that there are new ones. */
export interface EventLog {
  /**
   * Records an event in the transaction of what it tells. It is sealed as the transaction's last act; the log line, the
   * metric and the listeners follow the commit. Answers the event's id.
   * @throws Error once the transaction's events are sealed: it would be announced, and be in no log
   */
  record(tx: Transaction, draft: EventDraft): string;
  /** Calls back after each commit that recorded events. Answers the function that ends it. */
  onRecorded(listener: () => void): () => void;
}

type Unsealed = Omit<EventContent, 'seq'>;

/** Makes the log of events. */
export function makeEventLog(tools: { clock: Clock; random: Random; log: Log; metrics: Metrics }): EventLog {
  const { clock, random, log, metrics } = tools;
  const pending = new WeakMap<Transaction, Unsealed[]>();
  const sealed = new WeakSet<Transaction>();
  const listeners = new Set<() => void>();

  /** The events of one transaction; the first asks for the seal before the commit and the announcement after it. */
  function eventsOf(tx: Transaction): Unsealed[] {
    const known = pending.get(tx);
    if (known !== undefined) return known;
    const events: Unsealed[] = [];
    pending.set(tx, events);
    tx.beforeCommit(() => {
      sealed.add(tx);
      return seal(tx, events);
    });
    tx.afterCommit(() => announce(events));
    return events;
  }

  function announce(events: readonly Unsealed[]): void {
    for (const { id, type, actor, object } of events) {
      metrics.events.inc({ type });
      log.info({ event: id, type, syslog: eventTypes[type] ?? undefined, actor, object }, type);
    }
    for (const listener of listeners) listener();
  }

  return {
    record: (tx, draft) => {
      if (sealed.has(tx)) throw new Error(`${draft.type} comes too late: the transaction's events are sealed.`);
      const { actor, object } = draft;
      const id = newId('event', random);
      eventsOf(tx).push({
        id,
        type: draft.type,
        at: isoNow(clock),
        actor: { kind: actor.kind, id: actor.id ?? null, name: storableText(actor.name) },
        object: {
          kind: object.kind,
          id: object.id,
          name: object.name === undefined ? null : storableText(object.name),
        },
        address: draft.address,
        // As JSON has it: what is undefined is not there, now and when it is read again.
        data: JSON.parse(JSON.stringify(draft.data ?? {})) as Record<string, unknown>,
      });
      return id;
    },
    onRecorded: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function seal(tx: Transaction, events: readonly Unsealed[]): Promise<void> {
  let { seq, hash } = await lockHead(tx);
  const rows = events.map((event) => {
    const previousHash = hash;
    seq += 1;
    const content = contentText({ ...event, seq });
    hash = chainHash(previousHash, content);
    return {
      seq,
      id: event.id,
      type: event.type,
      at: event.at,
      actorKind: event.actor.kind,
      actorId: event.actor.id,
      actorName: event.actor.name,
      objectKind: event.object.kind,
      objectId: event.object.id,
      objectName: event.object.name,
      address: event.address,
      data: JSON.stringify(event.data),
      content,
      previousHash,
      hash,
    };
  });
  const mentions = events.flatMap((event, index) =>
    mentionsOf(event).map((workstationId) => ({ workstationId, seq: rows[index]?.seq ?? 0 })),
  );
  await append(tx, rows, mentions);
}
