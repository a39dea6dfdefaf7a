// Events, as the console API shows them.
import * as z from 'zod';
import { eventTypeNames, eventTypesNamed } from '../event-types.ts';
import { idSchema } from '../ids.ts';
import { instantSchema, sha256Schema } from '../primitives.ts';
import { actorSchema, objectSchema, periodQuerySchema } from './common.ts';

/** One fact, append-only and hash-chained. */
export const eventSchema = z.object({
  id: idSchema('event'),
  seq: z.int().positive(),
  type: z.enum(eventTypeNames),
  at: instantSchema,
  actor: actorSchema,
  object: objectSchema,
  data: z.record(z.string(), z.unknown()),
  address: z.string().nullable(),
  previousHash: sha256Schema,
  hash: sha256Schema,
});

/** An event, parsed. */
export type EventItem = z.infer<typeof eventSchema>;

/**
 * What events can be narrowed to. `actor` and `object` are ids, `about` an id that is either of them, or of a workstation
 * that the event names (what happened to it, and what it did), `type` a name or its first part (`update`).
 */
export const eventFilterSchema = periodQuerySchema.extend({
  type: z
    .string()
    .refine((name) => eventTypesNamed(name).length > 0, 'is neither a type of event nor the first part of one')
    .optional(),
  actor: z.string().max(80).optional(),
  object: z.string().max(80).optional(),
  about: z.string().max(80).optional(),
  q: z.string().max(200).optional(),
});

/** The query of `GET /events`: newest first, from `cursor` on. */
export const eventQuerySchema = eventFilterSchema.extend({
  cursor: z.string().max(40).optional(),
  pageSize: z.coerce.number().int().min(1).max(500).default(50),
});

/**
 * The answer of `GET /events`. Where a text is searched, a page may hold fewer events than asked for, or none, and still have a cursor: it goes on
 * where the search stopped. Only `null` means the end.
 */
export const eventListSchema = z.object({ items: z.array(eventSchema), nextCursor: z.string().nullable() });

/** The query of `GET /events/export`. */
export const eventExportQuerySchema = eventFilterSchema.extend({ format: z.enum(['csv', 'jsonl']).default('jsonl') });

/** The answer of `GET /events/verify`. */
export const eventVerificationSchema = z.object({
  intact: z.boolean(),
  checked: z.int().nonnegative(),
  brokenAt: z.int().optional().meta({ description: 'The number of the first event that does not fit' }),
  reason: z.string().optional(),
});
