// What the server learns of workstations as they come by: facts, versions, failures, and whether they still come.
import { versionSortKey, isVersion, type Verdict } from '@usher/core';
import type { OperatingSystem } from '@usher/protocol';
import type { Updateable } from 'kysely';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';
import { theSystem, type Initiator } from '../../initiator.ts';
import type { EventLog } from '../events/event-log.ts';
import { nameKeyOf } from './read-model.ts';
import { makeSharedIdentities } from './shared-identity.ts';
import {
  findSilent,
  findWorkstationProduct,
  lockWorkstation,
  lockWorkstations,
  setDesiredVersion,
  updateWorkstation,
  updateWorkstations,
  upsertWorkstationProduct,
  type WorkstationProductRow,
  type WorkstationRow,
  type WorkstationSelection,
} from './store.ts';

/** What a check tells of a workstation, and what it was answered. */
export interface Sighting {
  readonly workstationId: string;
  readonly productId: string;
  readonly hostname: string;
  readonly os: OperatingSystem;
  /** Null where nobody is signed in; left out where the workstation does not say. */
  readonly user?: string | null | undefined;
  readonly installedVersion: string | null;
  readonly productCode: string | null;
  /** The version that the rules want there; null where they want none. */
  readonly desiredVersion: string | null;
  readonly verdict: Verdict;
  /** The newest event that the workstation has seen. */
  readonly log?: { readonly seq: number; readonly hash: string } | null | undefined;
}

/** A failure as the list of workstations shows it. */
export interface Failure {
  readonly workstationId: string;
  readonly productId: string;
  readonly at: string;
  readonly code: number | null;
  readonly exitCode: number | null;
  readonly detail: string | null;
}

/** That a workstation was here is written again only after so many milliseconds, where nothing else has changed. */
const seenAgainAfter = 60_000;

/** A workstation that has not come by for so many milliseconds counts as offline: a week bridges weekends and short absences. */
const offlineAfter = 7 * 24 * 60 * 60 * 1000;

const silentAtOnce = 500;

/** Keeps what workstations tell. */
export interface Sightings {
  /**
   * Whether a check tells anything that is not known or not recent; where not, there is nothing to write, and no
   * transaction is needed.
   * @param known the rows as they were read for the check; `product` undefined where there is none yet
   */
  isWorthRecording(
    known: { readonly workstation: WorkstationRow; readonly product: WorkstationProductRow | undefined },
    sighting: Sighting,
  ): boolean;
  /**
   * Writes what a check tells. A workstation that had been offline is online again, with an event; one whose name goes to and fro is
   * probably two machines with one identity, which is an alert.
   */
  recordSeen(tx: Transaction, sighting: Sighting, by: Initiator): Promise<void>;
  /** Notes the newest failure of a workstation and product; the event is the caller's. */
  recordFailure(tx: Transaction, failure: Failure): Promise<void>;
  /** Takes the noted failure away: what failed has succeeded since. */
  clearFailure(tx: Transaction, workstationId: string, productId: string): Promise<void>;
  /** Writes one desired version of a product for workstations, named by id or by a query that selects `workstationId`. */
  setDesiredVersions(
    tx: Transaction,
    productId: string,
    version: string | null,
    workstations: readonly string[] | WorkstationSelection,
  ): Promise<void>;
  /** Marks those offline that have been silent for a week, with an event each. */
  markSilent(): Promise<void>;
}

/** Makes what keeps sightings. */
export function makeSightings(tools: { database: Database; events: EventLog; clock: Clock }): Sightings {
  const { database, events, clock } = tools;
  const identities = makeSharedIdentities(clock);

  async function markSome(): Promise<number> {
    const before = isoInstant(clock.now() - offlineAfter);
    return database.transaction(async (tx) => {
      const found = await findSilent(tx.db, before, silentAtOnce);
      const rows = await lockWorkstations(
        tx,
        found.map(({ id }) => id),
      );
      const silent = rows.filter((row) => row.online === 1 && row.lastSeenAt !== null && row.lastSeenAt < before);
      await updateWorkstations(
        tx,
        silent.map(({ id }) => id),
        { online: 0 },
      );
      for (const { id, hostname, lastSeenAt } of silent) {
        const object = { kind: 'workstation', id, name: hostname };
        events.record(tx, { ...theSystem, type: 'workstation.offline', object, data: { lastSeenAt } });
      }
      return found.length;
    });
  }

  return {
    isWorthRecording: ({ workstation, product }, sighting) => {
      const { lastSeenAt, online } = workstation;
      if (online === 0 || lastSeenAt === null || product === undefined) return true;
      if (clock.now() - Date.parse(lastSeenAt) >= seenAgainAfter) return true;
      return (
        Object.keys(changedFacts(workstation, sighting)).length > 0 ||
        Object.keys(changedProduct(product, sighting)).length > 0
      );
    },
    recordSeen: async (tx, sighting, by) => {
      const row = await lockWorkstation(tx, sighting.workstationId);
      if (row?.retiredAt !== null) return;
      const now = isoNow(clock);
      const { log } = sighting;
      await updateWorkstation(tx, row.id, {
        ...changedFacts(row, sighting),
        lastSeenAt: now,
        online: 1,
        ...(log ? { logSeq: log.seq, logHash: log.hash } : {}),
      });
      const { workstationId, productId } = sighting;
      const product = await findWorkstationProduct(tx.db, workstationId, productId);
      const changes = product === undefined ? productFacts(sighting) : changedProduct(product, sighting);
      await upsertWorkstationProduct(tx, { workstationId, productId, ...changes, checkedAt: now });
      const isRenamed = row.hostname !== sighting.hostname;
      if (isRenamed && identities.isFirstReturn(row.id, row.hostname, sighting.hostname)) {
        const object = { kind: 'workstation', id: row.id, name: sighting.hostname };
        const data = { what: 'identity-shared', hostnames: [row.hostname, sighting.hostname] };
        events.record(tx, { ...by, type: 'workstation.alert', object, data });
      }
      if (row.online === 0) {
        const object = { kind: 'workstation', id: row.id, name: sighting.hostname };
        const data = { lastSeenAt: row.lastSeenAt };
        events.record(tx, { ...by, type: 'workstation.online', object, data });
      }
    },
    recordFailure: (tx, { workstationId, productId, ...failure }) =>
      upsertWorkstationProduct(tx, {
        workstationId,
        productId,
        lastErrorAt: failure.at,
        lastError: JSON.stringify(failure),
      }),
    clearFailure: (tx, workstationId, productId) =>
      upsertWorkstationProduct(tx, { workstationId, productId, lastErrorAt: null, lastError: null }),
    setDesiredVersions: setDesiredVersion,
    markSilent: async () => {
      while ((await markSome()) === silentAtOnce) {
        // The next part: each is a transaction of its own, so that checks come in between.
      }
    },
  };
}

/** What is searched of a workstation. */
export function searchTextOf(hostname: string, userName: string | null): string {
  return `${hostname}\n${userName ?? ''}`.toLowerCase();
}

/** An installed version with the key that it is compared by; null for one that is no version. */
export function versionColumns(installedVersion: string | null) {
  const isReadable = installedVersion !== null && isVersion(installedVersion);
  return { installedVersion, versionKey: isReadable ? versionSortKey(installedVersion) : null };
}

function changedFacts(row: WorkstationRow, sighting: Sighting): Updateable<Tables['workstations']> {
  const { hostname, os, user } = sighting;
  const facts = {
    hostname,
    osPlatform: os.platform,
    osRelease: os.release,
    osArch: os.arch,
    osLanguage: os.language,
    timeZone: os.timeZone,
    userName: user === undefined ? row.userName : user,
  };
  const changes = differences(row, facts);
  if (!('hostname' in changes) && !('userName' in changes)) return changes;
  return { ...changes, nameKey: nameKeyOf(hostname), searchText: searchTextOf(hostname, facts.userName) };
}

function productFacts(sighting: Sighting) {
  return {
    ...versionColumns(sighting.installedVersion),
    productCode: sighting.productCode,
    desiredVersion: sighting.desiredVersion,
    verdict: JSON.stringify(sighting.verdict),
  };
}

function changedProduct(row: WorkstationProductRow, sighting: Sighting) {
  return differences(row, productFacts(sighting));
}

/** The members of `wanted` that `row` has otherwise. */
function differences<Row extends object>(row: Row, wanted: Partial<Row>): Partial<Row> {
  const members = Object.entries(wanted).filter(([name, value]) => row[name as keyof Row] !== value);
  return Object.fromEntries(members) as Partial<Row>;
}
