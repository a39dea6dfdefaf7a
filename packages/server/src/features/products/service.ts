// What happens to products: made by their first installer, changed by people, with publishers that approvals pin.
import type { SignatureFacts } from '@usher/msi';
import type { productPatchSchema, Publisher } from '@usher/protocol';
import type * as z from 'zod';
import { isoInstant, isoNow, type Clock } from '../../clock.ts';
import type { Database, Transaction } from '../../database/database.ts';
import { storableText } from '../../database/storable-text.ts';
import { newId, type Random } from '../../ids.ts';
import { theSystem, type Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import type { EventLog } from '../events/event-log.ts';
import { publisherItem } from './product-list.ts';
import { listedPublisher } from './publisher-rule.ts';
import { canonicalGuid, enforcementOf, findProduct, type ProductRow } from './read-model.ts';
import * as store from './store.ts';
import type { PublisherRow } from './store.ts';

type Patch = z.output<typeof productPatchSchema>;

/** A product with its publishers. */
export interface LockedProduct {
  readonly product: ProductRow;
  readonly publishers: readonly PublisherRow[];
}

/** Products. */
export interface ProductsService {
  /**
   * Changes settings and publishers.
   * @param reference id or UpgradeCode
   * @throws ProblemError `product.not-found`, `request.invalid`
   */
  change(reference: string, patch: Patch, by: Initiator): Promise<void>;
  /** Writes down, with an event, that an observation is over. The rules went by its end already. */
  endObservations(): Promise<void>;
  /** The product of an UpgradeCode, made with the defaults where there is none, and locked until the transaction ends. */
  lockOrCreate(tx: Transaction, facts: { upgradeCode: string; name: string }, by: Initiator): Promise<LockedProduct>;
  /** A product, locked until the transaction ends. @throws ProblemError `product.not-found` */
  lock(tx: Transaction, id: string): Promise<LockedProduct>;
  /**
   * Notes the publisher of an installer that is being approved: the first one of a product that asks for signatures goes onto its list;
   * the key of one that is listed by name alone is filled in.
   */
  pin(tx: Transaction, locked: LockedProduct, signature: SignatureFacts, by: Initiator): Promise<void>;
}

/** What products need. */
export interface ProductTools {
  readonly database: Database;
  readonly events: EventLog;
  readonly clock: Clock;
  readonly random: Random;
}

/** What a product begins with. */
const defaults = {
  enforcement: 'enforce',
  enforcementUntil: null,
  unknownVersions: 'allow',
  graceHours: 336,
  offlineThen: 'run',
  whenProhibited: 'tell',
  closeAfterMinutes: 15,
  signature: 'signed',
  separationOfDuties: 0,
} as const;

/** Makes the service. */
export function makeProductsService(tools: ProductTools): ProductsService {
  const { database, events, clock, random } = tools;

  async function lock(tx: Transaction, id: string): Promise<LockedProduct> {
    const product = await store.lockProduct(tx, id);
    if (product === undefined) throw new ProblemError('product.not-found');
    return { product, publishers: await store.publishersOf(tx.db, id) };
  }

  async function lockOrCreate(
    tx: Transaction,
    facts: { upgradeCode: string; name: string },
    by: Initiator,
  ): Promise<LockedProduct> {
    const upgradeCode = canonicalGuid(facts.upgradeCode);
    const known = await store.lockProductByUpgradeCode(tx, upgradeCode);
    if (known !== undefined) return { product: known, publishers: await store.publishersOf(tx.db, known.id) };
    const name = storableText(facts.name);
    const product = { id: newId('product', random), name, upgradeCode, ...defaults, createdAt: isoNow(clock) };
    await store.insertProduct(tx, product);
    events.record(tx, { ...by, type: 'product.created', object: objectOf(product), data: { upgradeCode } });
    return { product, publishers: [] };
  }

  function changesOf(product: ProductRow, patch: Patch): Partial<ProductRow> {
    const { name, enforcement, enforcementUntil, unknownVersions, offline, signature, separationOfDuties } = patch;
    const { whenProhibited, closeAfterMinutes } = patch;
    const now = isoNow(clock);
    const present = enforcementOf(product, now);
    const next = enforcement ?? present;
    // What an observation that is over leaves: without its end it would begin again.
    const isOver = product.enforcement !== present && enforcementUntil === null;
    if (typeof enforcementUntil === 'string') {
      if (next !== 'observe') throw invalidInput('enforcementUntil', 'only an observation has an end');
      if (Date.parse(enforcementUntil) <= clock.now()) throw invalidInput('enforcementUntil', 'has passed already');
    }
    const asked = {
      name: name === undefined ? undefined : storableText(name),
      enforcement: enforcement ?? (isOver ? present : undefined),
      enforcementUntil: endOf(next, enforcement !== undefined, enforcementUntil),
      unknownVersions,
      graceHours: offline?.graceHours,
      offlineThen: offline?.then,
      whenProhibited,
      closeAfterMinutes,
      signature,
      separationOfDuties: separationOfDuties === undefined ? undefined : Number(separationOfDuties),
    };
    return Object.fromEntries(
      Object.entries(asked).filter(
        ([field, value]) => value !== undefined && value !== product[field as keyof ProductRow],
      ),
    );
  }

  async function write(tx: Transaction, product: ProductRow, to: Partial<ProductRow>, by: Initiator): Promise<void> {
    await store.updateProduct(tx, product.id, to);
    const fields = Object.keys(to) as (keyof ProductRow)[];
    const from = Object.fromEntries(fields.map((field) => [field, product[field]]));
    events.record(tx, { ...by, type: 'product.changed', object: objectOf({ ...product, ...to }), data: { from, to } });
  }

  async function endObservations(): Promise<void> {
    const over = await database.read
      .selectFrom('products')
      .select('id')
      .where('enforcement', '=', 'observe')
      .where('enforcementUntil', '<=', isoNow(clock))
      .orderBy('id')
      .execute();
    for (const { id } of over) {
      await database.transaction(async (tx) => {
        const { product } = await lock(tx, id);
        // Somebody may have moved its end meanwhile.
        if (product.enforcement !== 'observe' || enforcementOf(product, isoNow(clock)) === 'observe') return;
        await write(tx, product, { enforcement: 'enforce', enforcementUntil: null }, theSystem);
      });
    }
  }

  async function changePublishers(
    tx: Transaction,
    { product, publishers }: LockedProduct,
    wanted: readonly Publisher[],
    by: Initiator,
  ): Promise<void> {
    const kept = new Set<PublisherRow>();
    const added = new Map<string, Publisher>();
    for (const each of wanted) {
      const publisher = { ...each, subject: storableText(each.subject), issuer: storableText(each.issuer) };
      const { authorityKey } = publisher;
      const same = publishers.filter(
        ({ subject, issuer }) => subject === publisher.subject && issuer === publisher.issuer,
      );
      // By name alone, every entry of that name is meant, with the key that an approval filled in.
      const meant = authorityKey === undefined ? same : same.filter((row) => row.authorityKey === authorityKey);
      if (meant.length === 0) added.set(JSON.stringify([publisher.subject, publisher.issuer, authorityKey]), publisher);
      for (const row of meant) kept.add(row);
    }
    for (const row of publishers.filter((each) => !kept.has(each))) {
      await store.deletePublisher(tx, row);
      recordPublisher(tx, 'publisher.removed', product, publisherItem(row), by);
    }
    for (const publisher of added.values()) await add(tx, product, publisher, 'person', by);
  }

  async function add(
    tx: Transaction,
    product: ProductRow,
    publisher: Publisher,
    source: 'person' | 'approval',
    by: Initiator,
  ): Promise<void> {
    const { subject, issuer, authorityKey = '' } = publisher;
    await store.insertPublisher(tx, {
      productId: product.id,
      subject,
      issuer,
      authorityKey,
      source,
      addedBy: JSON.stringify(by.actor),
      addedAt: isoNow(clock),
    });
    recordPublisher(
      tx,
      'publisher.added',
      product,
      publisher,
      by,
      source === 'approval' ? 'first approval' : undefined,
    );
  }

  function recordPublisher(
    tx: Transaction,
    type: 'publisher.added' | 'publisher.removed',
    product: ProductRow,
    publisher: Publisher,
    by: Initiator,
    because?: string,
  ): void {
    events.record(tx, { ...by, type, object: objectOf(product), data: { publisher, because } });
  }

  return {
    lock,
    lockOrCreate,
    endObservations,
    change: async (reference, patch, by) => {
      await database.transaction(async (tx) => {
        const found = await findProduct(tx.db, reference);
        if (found === undefined) throw new ProblemError('product.not-found');
        const locked = await lock(tx, found.id);
        const { product } = locked;
        const changes = changesOf(product, patch);
        if (Object.keys(changes).length > 0) await write(tx, product, changes, by);
        if (patch.publishers !== undefined) await changePublishers(tx, locked, patch.publishers, by);
      });
    },
    pin: async (tx, { product, publishers }, signature, by) => {
      const { publisher } = signature;
      if (publisher === null || product.signature === 'any') return;
      const { subject, issuer, authorityKey } = publisher;
      if (publishers.length === 0) {
        await add(tx, product, { subject, issuer, authorityKey }, 'approval', by);
        return;
      }
      const listed = listedPublisher(publishers, signature);
      if (listed?.authorityKey !== '') return;
      await store.pinAuthorityKey(tx, listed, authorityKey);
      const pinned = { subject: listed.subject, issuer: listed.issuer, authorityKey };
      recordPublisher(tx, 'publisher.added', product, pinned, by, 'key filled in by an approval');
    },
  };
}

/** The end of an observation: kept where nothing is said of it, gone with the observation, else as asked, in UTC. Undefined: no change. */
function endOf(next: string, isAsked: boolean, until: string | null | undefined): string | null | undefined {
  if (until === undefined && !isAsked) return undefined;
  if (next !== 'observe' || until === undefined) return null;
  return until === null ? null : isoInstant(Date.parse(until));
}

function objectOf({ id, name }: Pick<ProductRow, 'id' | 'name'>) {
  return { kind: 'product', id, name };
}
