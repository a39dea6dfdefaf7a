// Every migration, in order. A number is never used twice and a released migration never changes.
import type { Kysely } from 'kysely';
import * as first from './0001-first.ts';
import * as history from './0002-history.ts';
import * as keptCounts from './0003-kept-counts.ts';
import * as downloads from './0004-downloads.ts';
import * as statusInOrders from './0005-status-in-orders.ts';
import * as engineCriteria from './0006-engine-criteria.ts';
import * as installedOrder from './0007-installed-order.ts';
import * as eventMentions from './0008-event-mentions.ts';
import * as repeatedEvents from './0009-repeated-events.ts';
import * as answers from './0010-answers.ts';
import * as heldStates from './0011-held-states.ts';
import * as narrowStates from './0012-narrow-states.ts';

/** One step of the schema. It expands; what it makes superfluous goes one release later, so that both releases run on it. */
export interface Migration {
  readonly number: number;
  readonly name: string;
  up(database: Kysely<unknown>): Promise<void>;
}

export const migrations: readonly Migration[] = [
  { number: 1, name: 'first', up: first.up },
  { number: 2, name: 'history', up: history.up },
  { number: 3, name: 'kept-counts', up: keptCounts.up },
  { number: 4, name: 'downloads', up: downloads.up },
  { number: 5, name: 'status-in-orders', up: statusInOrders.up },
  { number: 6, name: 'engine-criteria', up: engineCriteria.up },
  { number: 7, name: 'installed-order', up: installedOrder.up },
  { number: 8, name: 'event-mentions', up: eventMentions.up },
  { number: 9, name: 'repeated-events', up: repeatedEvents.up },
  { number: 10, name: 'answers', up: answers.up },
  { number: 11, name: 'held-states', up: heldStates.up },
  { number: 12, name: 'narrow-states', up: narrowStates.up },
];
