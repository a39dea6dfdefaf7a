// Workstations and products written straight into the database, for tests that are about what comes after.
import { versionSortKey } from '@usher/core';
import type { Database } from '../../../database/database.ts';
import { nameKeyOf } from '../read-model.ts';
import { searchTextOf } from '../sightings.ts';

/** What a test wants of a workstation; the rest is usual. */
export interface PlannedWorkstation {
  readonly id: string;
  readonly hostname?: string;
  readonly user?: string | null;
  readonly status?: string;
  readonly release?: string;
  readonly lastSeenAt?: string | null;
  readonly online?: boolean;
  readonly retiredAt?: string;
  readonly tags?: readonly string[];
  /** Product id to the version installed there, and the one that it should have. */
  readonly versions?: Readonly<Record<string, readonly [installed: string | null, desired?: string | null]>>;
  /** Product id to what the last check was answered, and what it would have been where the product is only observed. */
  readonly answers?: Readonly<Record<string, readonly [PlannedAnswer, observed?: PlannedAnswer]>>;
}

interface PlannedAnswer {
  readonly action: 'run' | 'offer' | 'require' | 'block';
  readonly code: number | null;
}

function verdictOf([answer, observed]: readonly [PlannedAnswer, PlannedAnswer?]): string {
  const reason = 'version-prohibited';
  const would = observed === undefined ? null : { ...observed, reason };
  return JSON.stringify({ ...answer, reason, target: null, cutoffAt: null, observed: would });
}

const day = '2026-11-20T09:00:00.000Z';

/** Adds a product. */
export async function addProduct(database: Database, id: string, upgradeCode: string): Promise<void> {
  await database.transaction(async ({ db }) => {
    await db
      .insertInto('products')
      .values({
        id,
        name: `Product ${id}`,
        upgradeCode,
        enforcement: 'enforce',
        unknownVersions: 'allow',
        graceHours: 336,
        offlineThen: 'run',
        signature: 'signed',
        separationOfDuties: 0,
        createdAt: day,
      })
      .execute();
  });
}

/** Adds workstations. */
export async function addWorkstations(database: Database, planned: readonly PlannedWorkstation[]): Promise<void> {
  await database.transaction(async ({ db }) => {
    for (const { id, hostname = id, user = null, tags = [], versions = {}, answers = {}, ...more } of planned) {
      await db
        .insertInto('workstations')
        .values({
          id,
          machineId: `machine-${id}`,
          publicKey: 'A'.repeat(43),
          tokenHash: more.retiredAt === undefined ? `token-${id}` : null,
          hostname,
          nameKey: nameKeyOf(hostname),
          searchText: searchTextOf(hostname, user),
          osPlatform: 'win32',
          osRelease: more.release ?? '10.0.19045',
          osArch: 'x64',
          osLanguage: '1033',
          timeZone: 'Europe/Lisbon',
          userName: user,
          status: more.status ?? 'authorized',
          activatedAt: day,
          lastSeenAt: more.lastSeenAt === undefined ? day : more.lastSeenAt,
          online: more.online === false ? 0 : 1,
          retiredAt: more.retiredAt ?? null,
        })
        .execute();
      for (const tag of tags) await db.insertInto('workstationTags').values({ workstationId: id, tag }).execute();
      for (const [productId, [installedVersion, desiredVersion = null]] of Object.entries(versions)) {
        const versionKey = installedVersion === null ? null : versionSortKey(installedVersion);
        const answer = answers[productId];
        const verdict = answer === undefined ? null : verdictOf(answer);
        const row = { workstationId: id, productId, installedVersion, versionKey, desiredVersion, verdict };
        await db.insertInto('workstationProducts').values(row).execute();
      }
    }
  });
}
