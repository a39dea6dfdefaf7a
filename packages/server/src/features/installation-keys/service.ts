// Installation keys: made with an end, shown once, counted at each use, revoked.
import type {
  createdInstallationKeySchema,
  installationKeyBulkSchema,
  installationKeyRequestSchema,
} from '@usher/protocol';
import { formatInstallationKey, parseInstallationKey, TrustError, type InstallationKey } from '@usher/trust';
import type * as z from 'zod';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import { rowsMeant } from '../../http/bulk.ts';
import { hashSecret, newId, newSecret, type Random } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import type { TrustService } from '../trust/service.ts';
import { installationKeyOf, installationKeysMeant, statusOf } from './read-model.ts';
import * as store from './store.ts';

/** A key that was presented and may be used now. */
export interface PresentedKey {
  readonly id: string;
  readonly label: string;
  readonly autoAuthorize: boolean;
}

/** Installation keys. */
export interface InstallationKeysService {
  /** Makes a key that ends after 30 days unless told otherwise. @throws ProblemError `request.invalid` for an end that has passed, `key.certificate-too-large` */
  create(
    request: z.output<typeof installationKeyRequestSchema>,
    by: Initiator,
  ): Promise<z.output<typeof createdInstallationKeySchema>>;
  /** Ends a key. @throws ProblemError `key.not-found` */
  revoke(id: string, by: Initiator): Promise<void>;
  /**
   * Ends many; those that are revoked already are passed over. Answers how many it ended, or on trial would.
   * @throws ProblemError `key.not-found` naming the unknown ids: nothing is changed then
   */
  bulk(request: z.output<typeof installationKeyBulkSchema>, isTrial: boolean, by: Initiator): Promise<number>;
  /**
   * Takes the text of a key and counts one use. What is wrong with a key is told only to who holds its secret.
   * @throws ProblemError `workstation.key-invalid`
   */
  use(tx: Transaction, text: string): Promise<PresentedKey>;
  /**
   * Takes the text of a key of which no further use is counted: one that is used up will do.
   * @throws ProblemError `workstation.key-invalid`
   */
  recognize(tx: Transaction, text: string): Promise<PresentedKey>;
}

const day = 24 * 60 * 60 * 1000;

/** How long a key holds unless told otherwise. */
const usualLife = 30 * day;

const refusals = {
  revoked: 'This installation key was revoked. Ask your administrator for another one.',
  expired: 'This installation key has expired. Ask your administrator for another one.',
  'used-up': 'This installation key was used as often as it may be. Ask your administrator for another one.',
} as const;

/** Makes the service. */
export function makeInstallationKeysService(tools: {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
  readonly publicUrl: () => string;
  /** The certificate that workstations must be told to trust (PEM); null where they know its issuer. */
  readonly certificateToTrust: () => string | null;
  readonly trust: Pick<TrustService, 'rootFingerprint'>;
}): InstallationKeysService {
  const { database, events, clock, random, publicUrl, certificateToTrust, trust } = tools;

  async function present(tx: Transaction, text: string): Promise<store.InstallationKeyRow> {
    const row = await store.findKeyBySecret(tx.db, hashSecret(secretOf(text)));
    if (row === undefined)
      throw new ProblemError('workstation.key-invalid', 'This server knows no such installation key.');
    return row;
  }

  /** Answers whether it had not been revoked before. */
  async function end(tx: Transaction, id: string, by: Initiator): Promise<boolean> {
    const row = await store.lockKey(tx, id);
    if (row === undefined) throw new ProblemError('key.not-found');
    if (row.revokedAt !== null) return false;
    await store.revokeKey(tx, id, isoNow(clock));
    const object = { kind: 'key', id, name: row.label };
    events.record(tx, { ...by, type: 'key.revoked', object, data: { uses: row.uses } });
    return true;
  }

  return {
    create: async ({ label: asked, autoAuthorize = false, expiresAt, maxUses = null }, by) => {
      const label = storableText(asked);
      const now = clock.now();
      const end = expiresAt === undefined ? now + usualLife : Date.parse(expiresAt);
      if (end <= now) throw invalidInput('expiresAt', 'has passed already');
      const secret = newSecret(random);
      const row = {
        id: newId('installationKey', random),
        label,
        secretHash: hashSecret(secret),
        autoAuthorize: autoAuthorize ? 1 : 0,
        expiresAt: isoInstant(end),
        maxUses,
        uses: 0,
        createdBy: JSON.stringify(by.actor),
        createdAt: isoInstant(now),
        revokedAt: null,
      };
      const certificate = certificateToTrust();
      const key = keyText({
        url: publicUrl(),
        secret,
        rootFingerprint: trust.rootFingerprint(),
        ...(certificate === null ? {} : { certificate }),
      });
      await database.transaction(async (tx) => {
        await store.insertKey(tx, row);
        const data = { autoAuthorize, expiresAt: row.expiresAt, maxUses };
        events.record(tx, { ...by, type: 'key.created', object: { kind: 'key', id: row.id, name: label }, data });
      });
      return { ...installationKeyOf(row, row.createdAt), key };
    },
    revoke: (id, by) =>
      database.transaction(async (tx) => {
        await end(tx, id, by);
      }),
    bulk: (request, isTrial, by) =>
      database.transaction(async (tx) => {
        const meant = await rowsMeant(request, {
          byIds: (ids) => tx.db.selectFrom('installationKeys').selectAll().where('id', 'in', ids).execute(),
          byFilter: (filter) => installationKeysMeant(tx.db, filter, isoNow(clock)).selectAll().orderBy('id').execute(),
          unknown: 'key.not-found',
        });
        const ending = meant.filter(({ revokedAt }) => revokedAt === null);
        if (isTrial) return ending.length;
        let ended = 0;
        for (const { id } of ending) if (await end(tx, id, by)) ended += 1;
        return ended;
      }),
    use: async (tx, text) => {
      const row = await present(tx, text);
      const now = isoNow(clock);
      if (await store.countUse(tx, row.id, now)) return presented(row);
      // Read again: it may have been used up or revoked since.
      const status = statusOf((await store.lockKey(tx, row.id)) ?? row, now);
      throw new ProblemError('workstation.key-invalid', status === 'valid' ? undefined : refusals[status]);
    },
    recognize: async (tx, text) => {
      const row = await present(tx, text);
      const status = statusOf(row, isoNow(clock));
      if (status === 'valid' || status === 'used-up') return presented(row);
      throw new ProblemError('workstation.key-invalid', refusals[status]);
    },
  };
}

/** The key's text. @throws ProblemError `key.certificate-too-large` */
function keyText(key: InstallationKey): string {
  try {
    return formatInstallationKey(key);
  } catch (error) {
    if (!(error instanceof TrustError) || key.certificate === undefined) throw error;
    const detail =
      'The server’s certificate, or its issuer’s, stands in each key so that workstations trust it; this one is too large. ' +
      'Use one with fewer names (USHER_TLS_CERT), or one whose issuer the workstations trust already.';
    throw new ProblemError('key.certificate-too-large', detail, { cause: error });
  }
}

function secretOf(text: string): string {
  try {
    return parseInstallationKey(text).secret;
  } catch (error) {
    if (!(error instanceof TrustError)) throw error;
    throw new ProblemError('workstation.key-invalid', error.message, { cause: error });
  }
}

function presented(row: store.InstallationKeyRow): PresentedKey {
  return { id: row.id, label: row.label, autoAuthorize: row.autoAuthorize === 1 };
}
