// What a restored server does before it serves: its numbers jump ahead of all that the lost one can have given out.
import { renewTimestamp } from '@usher/trust';
import { isoNow, type Clock } from '../../clock.ts';
import type { Database } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { skipNumbers } from '../events/skip-numbers.ts';
import { newestEvent } from './catalogue.ts';
import type { Keyring } from './keyring.ts';
import type { Publisher } from './publisher.ts';
import type { RestoredData } from './restored.ts';
import * as store from './store.ts';

/** What came of it. */
export interface RestoreOutcome {
  /** The newest event that is there; what was recorded after it is lost. */
  readonly after: number;
  /** False where the key of targets is elsewhere: workstations install nothing until a catalogue is signed there. */
  readonly published: boolean;
}

/** Brings a restored database back into service. */
export interface RestoreService {
  /**
   * In one transaction: the versions of the metadata jump, so that workstations do not take it for a rollback; the numbers of
   * events jump, so that none of the lost ones is used again; an event tells it all; the catalogue is published.
   * @throws SigningKeysError where the passphrase is missing or not the keys'
   */
  goOn(backup: { readonly madeAt: string }, by: Initiator): Promise<RestoreOutcome>;
}

/** Makes the service. */
export function makeRestoreService(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly keyring: Keyring;
  readonly publisher: Publisher;
}): RestoreService {
  const { database, events, clock, keyring, publisher } = tools;
  return {
    goOn: async ({ madeAt }, by) => {
      await keyring.current(database.read);
      return database.transaction(async (tx) => {
        const repository = await publisher.lock(tx);
        // The time itself, in seconds: neither the lost server nor one restored before it published once a second.
        await store.saveVersionFloor(tx, Math.floor(clock.now() / 1000));
        const head = await newestEvent(tx.db);
        const after = head?.seq ?? 0;
        const data: RestoredData & Record<string, unknown> = { after, madeAt };
        // The first to be recorded here: it is the one that stands behind the gap.
        events.record(tx, { ...by, type: 'trust.restored', object: { kind: 'catalogue', id: 'root' }, data });
        const { published } = await publisher.publishContents(tx, by);
        if (!published) {
          const { directorKeys: _, ...making } = await publisher.making(tx);
          await store.writeFiles(tx, renewTimestamp(repository, making).files, isoNow(clock));
        }
        // In milliseconds: no server records a thousand events a second for all of its life.
        await skipNumbers(tx, clock.now());
        return { after, published };
      });
    },
  };
}
