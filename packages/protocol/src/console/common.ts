// What the calls of the console API share: lists, actors, reasons.
import * as z from 'zod';
import { countSchema, instantInputSchema, sentenceSchema } from '../primitives.ts';

/** The largest page that a list gives. */
export const largestPage = 500;

/** The query that every list takes. `sort` is a field name, descending with a `-` before it. */
export const listQuerySchema = z.object({
  page: z.coerce.number().int().min(1).max(1_000_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(largestPage).default(50),
  sort: z.string().max(60).optional(),
  q: z.string().max(200).optional(),
});

/** The answer of a list of such items. */
export function listAnswerSchema<Item extends z.ZodType>(item: Item) {
  return z.object({ items: z.array(item), total: countSchema, page: z.int(), pageSize: z.int() });
}

/**
 * The body that does one thing to many rows of a list: to these, or to all that a filter of that list means.
 * A thousand ids at most: more are meant by a filter.
 */
export function bulkSchema<Action extends string, Filter extends z.ZodType>(
  actions: readonly [Action, ...Action[]],
  filter: Filter,
) {
  return z
    .strictObject({
      action: z.enum(actions),
      ids: z.array(z.string().max(80)).min(1).max(1000).optional(),
      filter: filter.optional(),
    })
    .refine((body) => (body.ids === undefined) !== (body.filter === undefined), { message: 'either ids or filter' });
}

/** Who did something. */
export const actorSchema = z.object({
  kind: z.enum(['account', 'token', 'workstation', 'system']),
  id: z.string().optional(),
  name: z.string(),
});

/** What something was done to. */
export const objectSchema = z.object({ kind: z.string(), id: z.string(), name: z.string().optional() });

/** Who did something, parsed. */
export type Actor = z.infer<typeof actorSchema>;

/** What something was done to, parsed. */
export type EventObject = z.infer<typeof objectSchema>;

/** A body that may give a reason. */
export const optionalReasonSchema = z.strictObject({ reason: sentenceSchema.optional() });

/** A body that must give a reason. */
export const reasonSchema = z.strictObject({ reason: sentenceSchema });

/** `{ id, name }`, as one object names another. */
export const namedSchema = z.object({ id: z.string(), name: z.string() });

/** `from` and `to` of a query over time; `to` is exclusive. */
export const periodQuerySchema = z.object({ from: instantInputSchema.optional(), to: instantInputSchema.optional() });

/** A flag in a query: `true` or `false`. */
export const queryFlagSchema = z.enum(['true', 'false']).transform((text) => text === 'true');

/** The query of what is done to many: with `dryRun=true` nothing is changed, and the answer says how many would be. */
export const bulkQuerySchema = z.strictObject({ dryRun: queryFlagSchema.optional() });
