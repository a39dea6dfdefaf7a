// Update processes and their assignments, as the console API shows and takes them.
import * as z from 'zod';
import { idSchema } from '../ids.ts';
import {
  countSchema,
  instantInputSchema,
  instantSchema,
  localTimeSchema,
  sentenceSchema,
  versionSchema,
} from '../primitives.ts';
import { actorSchema, listAnswerSchema, listQuerySchema, namedSchema } from './common.ts';
import { workstationFilterSchema } from './workstations.ts';

/** The states of an update. */
export const updateStates = ['draft', 'scheduled', 'running', 'paused', 'completed', 'cancelled'] as const;

/** The states of an assignment. */
export const assignmentStates = [
  'waiting',
  'offered',
  'deferred',
  'downloading',
  'downloaded',
  'installing',
  'installed',
  'failed',
  'superseded',
  'cancelled',
  'not-applicable',
] as const;

/** How many assignments are in each state; every state is there, zeros included. */
export const countsSchema = z.object(
  Object.fromEntries(assignmentStates.map((state) => [state, countSchema])) as Record<
    (typeof assignmentStates)[number],
    typeof countSchema
  >,
);

/** Counts of assignments by state. */
export type Counts = z.infer<typeof countsSchema>;

/** An update process. */
export const updateSchema = z.object({
  id: idSchema('update'),
  number: z.int().positive(),
  name: z.string(),
  product: namedSchema,
  target: z.object({ version: versionSchema }),
  requirement: z.enum(['mandatory', 'optional']),
  cutoffAt: instantSchema.nullable(),
  cutoffLocal: z.string().nullable(),
  startsAt: instantSchema.nullable(),
  onFailure: z.enum(['hold', 'relax']),
  background: z
    .enum(['none', 'download', 'install'])
    .meta({ description: 'What engines do before anybody starts the application' }),
  state: z.enum(updateStates),
  suspended: z.string().nullable().meta({ description: 'Why it is not in force although it runs; null where it is' }),
  pausedReason: z.string().nullable(),
  counts: countsSchema,
  total: countSchema,
  createdBy: actorSchema,
  createdAt: instantSchema,
  startedAt: instantSchema.nullable(),
  endedAt: instantSchema.nullable(),
});

/** An update, parsed. */
export type Update = z.infer<typeof updateSchema>;

/** The body of `POST /updates`. */
export const updateRequestSchema = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  product: z.string().min(1).max(80).optional(),
  version: versionSchema,
  requirement: z.enum(['mandatory', 'optional']),
  cutoffAt: instantInputSchema.nullable().optional(),
  cutoffLocal: localTimeSchema.nullable().optional(),
  startsAt: instantInputSchema.nullable().optional(),
  onFailure: z.enum(['hold', 'relax']).optional(),
  background: z.enum(['none', 'download', 'install']).optional(),
});

/** The body of `PATCH /updates/:id`. Target and requirement can be changed in `draft` only. */
export const updatePatchSchema = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  version: versionSchema.optional(),
  requirement: z.enum(['mandatory', 'optional']).optional(),
  cutoffAt: instantInputSchema.nullable().optional(),
  cutoffLocal: localTimeSchema.nullable().optional(),
  startsAt: instantInputSchema.nullable().optional(),
  onFailure: z.enum(['hold', 'relax']).optional(),
  background: z.enum(['none', 'download', 'install']).optional(),
});

/** The query of `GET /updates`. */
export const updateQuerySchema = listQuerySchema.extend({
  state: z.enum(updateStates).optional(),
  product: z.string().max(80).optional(),
});

/** The answer of `GET /updates`. */
export const updateListSchema = listAnswerSchema(updateSchema);

/** The body of `POST /updates/:id/workstations`: at least one way of naming them. */
export const addWorkstationsSchema = z
  .strictObject({
    ids: z.array(z.string().max(80)).max(100_000).optional(),
    names: z.array(z.string().max(255)).max(100_000).optional(),
    filter: workstationFilterSchema.optional(),
    all: z.boolean().optional(),
  })
  .refine(
    (body) => body.ids !== undefined || body.names !== undefined || body.filter !== undefined || body.all === true,
    {
      message: 'say which: ids, names, filter or all',
    },
  );

/** The answer to it: `unknown` are ids and names that match nothing, `ambiguous` names that match several. */
export const addWorkstationsAnswerSchema = z.object({
  added: countSchema,
  alreadyThere: countSchema,
  unknown: z.array(z.string()),
  ambiguous: z.array(z.string()),
});

/** What the workstations of an update can be narrowed to: what their list takes as its query, as an object. */
export const assignmentFilterSchema = z.strictObject({
  state: z.enum(assignmentStates).optional(),
  q: z.string().max(200).optional(),
});

/** Which workstations of an update are meant: these, or all that a filter shows. */
const whichAssignments = {
  ids: z.array(z.string().max(80)).min(1).max(100_000).optional(),
  filter: assignmentFilterSchema.optional(),
};

/** The body of `DELETE /updates/:id/workstations`. */
export const removeWorkstationsSchema = z
  .strictObject(whichAssignments)
  .refine((body) => (body.ids === undefined) !== (body.filter === undefined), { message: 'either ids or filter' });

/** A failure as it is shown. */
export const lastErrorSchema = z.object({
  at: instantSchema,
  code: z.int().nullable(),
  exitCode: z.int().nullable(),
  detail: z.string().nullable(),
  logTail: z.string().nullable(),
});

/** A failure, parsed. */
export type LastError = z.infer<typeof lastErrorSchema>;

/** Why an assignment stands where it stands, as a code. */
export const whyCodes = [
  'update-cancelled',
  'workstation-retired',
  'workstation-replaced',
  'silent',
  'no-report',
  'superseded',
  'stands-again',
  'product-gone',
  'other-version',
  'none-approved',
  'architecture-unknown',
  'architecture-not-supported',
] as const;

/** A reason's code. */
export type WhyCode = (typeof whyCodes)[number];

/** What a reason names: the update that superseded it, a version, an architecture, hours of silence. */
export const whyFactsSchema = z.object({
  update: z.string().optional(),
  version: z.string().optional(),
  architecture: z.string().optional(),
  hours: z.number().optional(),
});

/** The facts of a reason, parsed. */
export type WhyFacts = z.infer<typeof whyFactsSchema>;

/** One workstation in one update. */
export const assignmentSchema = z.object({
  workstation: z.object({ id: idSchema('workstation'), hostname: z.string() }),
  state: z.enum(assignmentStates),
  progress: z.object({ bytes: z.int(), total: z.int() }).nullable(),
  attempts: countSchema,
  installedVersion: z.string().nullable(),
  restartNeeded: z.boolean(),
  cutoffAt: instantSchema.nullable(),
  relaxedUntil: instantSchema.nullable(),
  lastError: lastErrorSchema.nullable(),
  why: z.string().nullable().meta({ description: 'Why it stands where it stands: a sentence, or null' }),
  whyCode: z
    .enum(whyCodes)
    .nullable()
    .meta({ description: 'The same as a code; null too where an older server wrote the sentence' }),
  whyFacts: whyFactsSchema.nullable(),
  updatedAt: instantSchema,
});

/** An assignment, parsed. */
export type AssignmentItem = z.infer<typeof assignmentSchema>;

/** The query of `GET /updates/:id/workstations`. */
export const assignmentQuerySchema = listQuerySchema.extend({ state: z.enum(assignmentStates).optional() });

/** The answer of `GET /updates/:id/workstations`. */
export const assignmentListSchema = listAnswerSchema(assignmentSchema);

/** The answer of `GET /updates/:id/preview`. */
export const previewSchema = z.object({
  eligible: countSchema,
  alreadyThere: countSchema,
  downgrades: countSchema,
  notApplicable: countSchema,
  disabled: countSchema,
  pending: countSchema,
  silentFor30Days: countSchema,
  alsoIn: z.array(z.object({ id: idSchema('update'), name: z.string(), workstations: countSchema })),
});

/** The body of `POST /updates/:id/retry`: without ids or a filter all that failed are meant. */
export const retryRequestSchema = z
  .strictObject({ ...whichAssignments, reason: sentenceSchema.optional() })
  .refine((body) => body.ids === undefined || body.filter === undefined, { message: 'either ids or filter' });
