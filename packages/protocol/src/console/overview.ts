// The overview, its plots over time, an update's burn-up, and what the server says of itself.
import * as z from 'zod';
import { idSchema } from '../ids.ts';
import { countSchema, instantSchema, sha256Schema } from '../primitives.ts';
import { objectSchema } from './common.ts';
import { countsSchema, updateStates } from './updates.ts';

/**
 * What can need an administrator, most urgent first. Each kind stands at most once per object:
 * - `log-contradicted`: workstations have proved that events are missing here, and nobody has acknowledged it
 * - `server-clock`: behind a time that the server has signed itself (`at`): workstations that were told of it take no policy until then
 * - `assignments-failed`: failed assignments of one update in force; `assignments-stuck`: under way, silent for a day
 * - `starts-blocked`: workstations whose last check was answered with `block` and a code
 * - `workstations-claiming`: newcomers that came with another's machine id without proof; `workstations-pending`
 * - `installers-pending`: waiting for a decision; `update-not-started`: drafts with workstations
 * - `update-suspended`: running, but its target is disapproved or not published; `update-cutoff-near`: within 48 hours, not done
 * - `signatures-waiting`: decisions that the published catalogue does not hold yet, since its keys are elsewhere
 * - `server-restored`: from a backup, within the last 30 days: what was recorded in between is lost
 * - `keys-expiring`, `trust-expiring`: within 14 days; `products-observing`: nothing is refused, and so many
 *   workstations would be
 */
export const attentionKinds = [
  'log-contradicted',
  'server-clock',
  'assignments-failed',
  'assignments-stuck',
  'starts-blocked',
  'update-suspended',
  'update-cutoff-near',
  'signatures-waiting',
  'trust-expiring',
  'server-restored',
  'keys-expiring',
  'workstations-claiming',
  'workstations-pending',
  'installers-pending',
  'update-not-started',
  'products-observing',
] as const;

/** One thing that needs an administrator. `at` is when it was first so, or when it will end. */
export const attentionSchema = z.object({
  kind: z.enum(attentionKinds),
  count: countSchema,
  object: objectSchema.nullable(),
  code: z.int().nullable(),
  at: instantSchema.nullable(),
});

/** Something that needs an administrator, parsed. */
export type Attention = z.infer<typeof attentionSchema>;

/** An update under way, as the overview shows it. */
export const runningUpdateSchema = z.object({
  id: idSchema('update'),
  name: z.string(),
  product: z.string(),
  target: z.string(),
  requirement: z.enum(['mandatory', 'optional']),
  state: z.enum(updateStates),
  startedAt: instantSchema.nullable(),
  cutoffAt: instantSchema.nullable(),
  cutoffLocal: z.string().nullable(),
  counts: countsSchema,
  total: countSchema,
});

/** Who would be refused in a product that is only observed, by reason. */
export const observedSchema = z.object({
  product: z.object({ id: idSchema('product'), name: z.string() }),
  until: instantSchema.nullable(),
  workstations: countSchema.meta({ description: 'Workstations of the product that were seen at all' }),
  wouldBlock: countSchema,
  wouldRequire: countSchema,
  reasons: z.array(z.object({ reason: z.string(), code: z.int().nullable(), workstations: countSchema })),
});

/** The answer of `GET /overview`. */
export const overviewSchema = z.object({
  at: instantSchema,
  attention: z.array(attentionSchema),
  workstations: z.object({
    total: countSchema,
    pending: countSchema,
    authorized: countSchema,
    disabled: countSchema,
    online: countSchema,
    silentFor30Days: countSchema,
  }),
  installers: z.object({ total: countSchema, approved: countSchema, pending: countSchema }),
  installationKeys: countSchema.meta({ description: 'Those that are valid now' }),
  running: z.array(runningUpdateSchema).meta({ description: 'Scheduled, running and paused ones, newest start first' }),
  observed: z.array(observedSchema),
});

/** The overview, parsed. */
export type Overview = z.infer<typeof overviewSchema>;

/** The query of the series: the last so many days, of one product or (where it may be left out) of all. */
export const seriesQuerySchema = z.object({
  product: z.string().max(80).optional(),
  days: z.coerce.number().int().min(1).max(400).default(30),
});

/** The query of `GET /overview/failures`: the same, or of one update alone. */
export const failureQuerySchema = seriesQuerySchema.extend({ update: z.string().max(80).optional() });

/**
 * The answer of `GET /overview/versions`: how many workstations had which version, over time. `counts` stands
 * in the order of `versions` (lowest first, at most 8; the rest is summed up under the name `other`, put first).
 * At most 200 points, evenly chosen, the last one being now.
 */
export const versionSeriesSchema = z.object({
  versions: z.array(z.string()),
  points: z.array(z.object({ at: instantSchema, counts: z.array(countSchema) })),
});

/** The answer of `GET /overview/failures`: failed attempts by cause, most frequent first. */
export const failureSeriesSchema = z.object({
  items: z.array(
    z.object({
      code: z.int().nullable(),
      exitCode: z.int().nullable(),
      count: countSchema,
      workstations: countSchema,
      lastAt: instantSchema,
    }),
  ),
});

/**
 * The answer of `GET /overview/compliance`: hours from an update's start until a workstation came to the target. Both are null while fewer
 * than so many of those it is to reach (`toArrive`) have come (`arrived`).
 */
export const complianceSeriesSchema = z.object({
  items: z.array(
    z.object({
      update: z.object({ id: idSchema('update'), name: z.string() }),
      target: z.string(),
      startedAt: instantSchema,
      installed: countSchema,
      total: countSchema,
      alreadyThere: countSchema.meta({
        description: 'Those of the installed that were on the target before the update',
      }),
      arrived: countSchema.meta({ description: 'Those of the installed that came to the target since the start' }),
      toArrive: countSchema.meta({ description: 'Those that arrived and those whose assignments are open' }),
      medianHours: z.number().nonnegative().nullable(),
      ninetiethPercentileHours: z.number().nonnegative().nullable(),
    }),
  ),
});

/** The answer of `GET /updates/:id/burn-up`: at most 200 points from its start to now. */
export const burnUpSchema = z.object({
  points: z.array(z.object({ at: instantSchema, installed: countSchema, failed: countSchema, total: countSchema })),
});

/** An update's burn-up, parsed. */
export type BurnUp = z.infer<typeof burnUpSchema>;

/** The answer of `GET /about`: what this server is, and what its workstations trust. */
export const aboutSchema = z.object({
  version: z.string(),
  protocol: z.int(),
  publicUrl: z.string(),
  database: z.enum(['sqlite', 'postgres']),
  startedAt: instantSchema,
  maxUploadBytes: z.int().positive(),
  trust: z.object({
    rootFingerprint: sha256Schema.nullable(),
    roles: z.array(
      z.object({
        role: z.string(),
        version: z.int(),
        expiresAt: instantSchema,
        keys: z.array(z.string()),
        threshold: z.int().positive(),
      }),
    ),
  }),
});
