// Prohibitions by number: added, lifted, and what one would do, in numbers.
import { versionSortKey, parseVersion, type Prohibition } from '@usher/core';
import type { Impact, prohibitionRequestSchema } from '@usher/protocol';
import type * as z from 'zod';
import { isoNow } from '../../clock.ts';
import type { Reader, Transaction } from '../../database/database.ts';
import { isUniqueViolation } from '../../database/postgres-dialect.ts';
import { storableText } from '../../database/storable-text.ts';
import { newId } from '../../ids.ts';
import type { Initiator } from '../../initiator.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import { installersOf } from '../installers/read-model.ts';
import type { TrustService } from '../trust/service.ts';
import type { CatalogueHook } from './catalogue-hook.ts';
import { impactOf } from './impact.ts';
import { prohibitionItem } from './product-list.ts';
import { findProduct, prohibitionsInForce, type ProductRow } from './read-model.ts';
import type { ProductTools } from './service.ts';
import * as store from './store.ts';

type Request = z.output<typeof prohibitionRequestSchema>;

/** Prohibitions by number. Products are named by id or UpgradeCode. */
export interface ProhibitionsService {
  /** What it would do. @throws ProblemError `product.not-found` */
  impact(reference: string, request: Request): Promise<Impact>;
  /** @throws ProblemError `product.not-found`, `prohibition.duplicate` */
  add(reference: string, request: Request, by: Initiator): Promise<ReturnType<typeof prohibitionItem>>;
  /** @throws ProblemError `product.not-found`, `prohibition.not-found` where it does not exist or was lifted */
  lift(reference: string, id: string, reason: string, by: Initiator): Promise<void>;
}

/** Makes the service. */
export function makeProhibitionsService(
  tools: ProductTools & { trust: Pick<TrustService, 'publish'>; onCatalogueChanged: readonly CatalogueHook[] },
): ProhibitionsService {
  const { database, events, clock, random, trust, onCatalogueChanged } = tools;

  async function inForceChanged(tx: Transaction, productId: string, by: Initiator): Promise<void> {
    await trust.publish(tx, by);
    for (const hook of onCatalogueChanged) await hook(tx, productId, by);
  }

  return {
    impact: async (reference, request) => {
      const { id: productId } = await requireProduct(database.read, reference);
      const { kind, version } = numberOf(request);
      const proposed: Prohibition = kind === 'below' ? { below: version, reason: '' } : { version, reason: '' };
      return impactOf(
        database.read,
        {
          productId,
          numbers: [...(await prohibitionsInForce(database.read, productId)), proposed],
          installers: await installersOf(database.read, productId),
          versions: { kind, key: versionSortKey(version) },
        },
        isoNow(clock),
      );
    },
    add: async (reference, request, by) => {
      const { kind, version } = numberOf(request);
      const reason = storableText(request.reason);
      try {
        return await database.transaction(async (tx) => {
          const product = await requireProduct(tx.db, reference);
          await store.lockProduct(tx, product.id);
          const versionKey = versionSortKey(version);
          if ((await store.findInForce(tx.db, product.id, kind, versionKey)) !== undefined) throw duplicate();
          const row = {
            id: newId('prohibition', random),
            productId: product.id,
            kind,
            version,
            versionKey,
            reason,
            addedBy: JSON.stringify(by.actor),
            addedAt: isoNow(clock),
            liftedBy: null,
            liftedAt: null,
            liftedReason: null,
          };
          await store.insertProhibition(tx, row);
          events.record(tx, {
            ...by,
            type: 'prohibition.added',
            object: objectOf(row, product),
            data: { product: product.id, [kind]: version, reason },
          });
          await inForceChanged(tx, product.id, by);
          return prohibitionItem(row);
        });
      } catch (error) {
        if (isUniqueViolation(error)) throw duplicate(error);
        throw error;
      }
    },
    lift: async (reference, id, reason, by) => {
      await database.transaction(async (tx) => {
        const product = await requireProduct(tx.db, reference);
        await store.lockProduct(tx, product.id);
        const row = await store.lockProhibition(tx, product.id, id);
        if (row === undefined) throw new ProblemError('prohibition.not-found');
        const liftedReason = storableText(reason);
        await store.markLifted(tx, id, {
          liftedBy: JSON.stringify(by.actor),
          liftedAt: isoNow(clock),
          liftedReason,
        });
        events.record(tx, {
          ...by,
          type: 'prohibition.lifted',
          object: objectOf(row, product),
          data: { product: product.id, [row.kind]: row.version, because: row.reason, reason: liftedReason },
        });
        await inForceChanged(tx, product.id, by);
      });
    },
  };
}

async function requireProduct(read: Reader, reference: string): Promise<ProductRow> {
  const product = await findProduct(read, reference);
  if (product === undefined) throw new ProblemError('product.not-found');
  return product;
}

function numberOf(request: Request): { kind: 'version' | 'below'; version: string } {
  const { version, below } = request;
  if (version !== undefined) return { kind: 'version', version: parseVersion(version) };
  if (below !== undefined) return { kind: 'below', version: parseVersion(below) };
  throw invalidInput('version', 'is missing');
}

function duplicate(cause?: unknown): ProblemError {
  return new ProblemError('prohibition.duplicate', undefined, { cause });
}

function objectOf({ id, kind, version }: { id: string; kind: string; version: string }, product: ProductRow) {
  return { kind: 'prohibition', id, name: `${product.name} ${kind === 'below' ? 'below ' : ''}${version}` };
}
