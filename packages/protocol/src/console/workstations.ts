// Workstations, passes, groups and installation keys, as the console API shows and takes them.
import * as z from 'zod';
import { idSchema } from '../ids.ts';
import { countSchema, instantInputSchema, instantSchema, sentenceSchema, versionSchema } from '../primitives.ts';
import { operatingSystemSchema, verdictSchema } from '../workstation-api.ts';
import { actorSchema, bulkSchema, listAnswerSchema, listQuerySchema, queryFlagSchema } from './common.ts';

/** The states of a workstation. */
export const workstationStatuses = ['pending', 'authorized', 'disabled'] as const;

const tagSchema = z.string().trim().min(1).max(60);

/**
 * What the last check of a workstation was answered: the verdict in force, or where a product is only observed (`would-…`) the one
 * that enforcement would have given.
 */
export const answers = ['run', 'offer', 'require', 'block', 'would-require', 'would-block'] as const;

/** What the list of workstations can be narrowed to, apart from paging. */
const filterShape = {
  status: z.enum(workstationStatuses).optional(),
  version: z.string().max(100).optional(),
  below: versionSchema.optional().meta({ description: 'Those whose version is lower than this one' }),
  verdict: z
    .enum(answers)
    .optional()
    .meta({ description: 'What the last check was answered; `would-…`: what it would have been, were it enforced' }),
  product: z.string().max(80).optional(),
  group: z.string().max(80).optional(),
  tag: z.string().max(60).optional(),
  q: z.string().max(200).optional(),
};

/** `filter` in a body: what the list takes as its query, as an object. */
export const workstationFilterSchema = z.strictObject({
  ...filterShape,
  code: z.int().min(0).max(99_999).optional(),
  retired: z.boolean().optional(),
});

/** A filter of workstations, parsed. */
export type WorkstationFilter = z.infer<typeof workstationFilterSchema>;

/** The query of `GET /workstations`. */
export const workstationQuerySchema = listQuerySchema.extend({
  ...filterShape,
  code: z.coerce
    .number()
    .int()
    .min(0)
    .max(99_999)
    .optional()
    .meta({ description: 'The code that the last check was answered with, or would have been' }),
  retired: queryFlagSchema.optional(),
});

/** The short form of a failure, in lists. */
const workstationErrorSchema = z.object({
  at: instantSchema,
  code: z.int().nullable(),
  exitCode: z.int().nullable(),
  detail: z.string().nullable(),
});

/** What one workstation has of one product. */
export const workstationProductSchema = z.object({
  product: z.object({ id: idSchema('product'), name: z.string() }),
  installedVersion: z.string().nullable(),
  productCode: z.string().nullable(),
  desiredVersion: z.string().nullable(),
  verdict: verdictSchema.nullable().meta({ description: 'What the last check was answered' }),
  checkedAt: instantSchema.nullable(),
});

/** Another workstation, as one names it. */
const namedWorkstationSchema = z.object({ id: idSchema('workstation'), hostname: z.string() });

/** A machine on which the client was activated. Version fields are those of the product asked for, or of the only one. */
export const workstationSchema = z.object({
  id: idSchema('workstation'),
  hostname: z.string(),
  machineId: z.string(),
  status: z.enum(workstationStatuses),
  os: operatingSystemSchema,
  user: z.string().nullable(),
  installedVersion: z.string().nullable(),
  desiredVersion: z.string().nullable(),
  products: z.array(workstationProductSchema),
  tags: z.array(z.string()),
  note: z.string().nullable(),
  online: z.boolean(),
  claims: namedWorkstationSchema
    .nullable()
    .meta({ description: 'The workstation whose machine id it came with, without proof' }),
  activatedAt: instantSchema,
  lastSeenAt: instantSchema.nullable(),
  retiredAt: instantSchema.nullable(),
  replacedBy: namedWorkstationSchema.nullable().meta({ description: 'The workstation that took over its place' }),
  updateState: z
    .object({ update: z.object({ id: idSchema('update'), name: z.string() }), state: z.string() })
    .nullable()
    .meta({ description: 'Where it stands in the newest update that was started and not cancelled' }),
  lastError: workstationErrorSchema.nullable(),
});

/** A workstation, parsed. */
export type Workstation = z.infer<typeof workstationSchema>;

/** The answer of `GET /workstations`. */
export const workstationListSchema = listAnswerSchema(workstationSchema);

/** A pass, as it is listed. */
export const passSchema = z.object({
  id: idSchema('pass'),
  productId: idSchema('product'),
  until: instantSchema,
  reason: z.string(),
  givenBy: actorSchema,
  givenAt: instantSchema,
  withdrawnAt: instantSchema.nullable(),
  usedAt: instantSchema.nullable(),
});

/** A workstation with its passes and its place in updates. */
export const workstationDetailSchema = workstationSchema.extend({
  claimedBy: z
    .array(namedWorkstationSchema)
    .meta({ description: 'Those that came with its machine id, without proof' }),
  replaces: z.array(namedWorkstationSchema).meta({ description: 'Those whose place it took over' }),
  passes: z.array(passSchema),
  assignments: z.array(
    z.object({
      update: z.object({ id: idSchema('update'), name: z.string(), state: z.string() }),
      target: z.string(),
      state: z.string(),
      updatedAt: instantSchema,
    }),
  ),
});

/** The body of `PATCH /workstations/:id`. */
export const workstationPatchSchema = z.strictObject({
  tags: z.array(tagSchema).max(50).optional(),
  note: z.string().max(4000).nullable().optional(),
});

/** The longest time that a pass lasts, in hours. */
export const longestPassHours = 72;

/** The body of `POST /workstations/:id/passes`; more than 72 hours is `pass.too-long`. */
export const passRequestSchema = z.strictObject({
  product: z.string().max(80).optional(),
  hours: z.number().positive().max(87_600),
  reason: sentenceSchema,
});

/** The answer to it: `code` is the signed text for `usher-client unlock`. */
export const passAnswerSchema = z.object({ id: idSchema('pass'), until: instantSchema, code: z.string() });

/** The body of `POST /workstations/:id/replace`: `with` is the new record, which takes over the place of this one. */
export const replaceRequestSchema = z.strictObject({
  with: idSchema('workstation'),
  reason: sentenceSchema.optional(),
});

/** The body of `POST /workstations/bulk`. */
export const bulkRequestSchema = z
  .strictObject({
    action: z.enum(['authorize', 'disable', 'retire', 'tag', 'untag']),
    ids: z.array(z.string().max(80)).min(1).max(100_000).optional(),
    filter: workstationFilterSchema.optional(),
    tags: z.array(tagSchema).min(1).max(50).optional(),
    reason: sentenceSchema.optional(),
  })
  .refine((body) => (body.ids === undefined) !== (body.filter === undefined), { message: 'either ids or filter' })
  .refine((body) => !['tag', 'untag'].includes(body.action) || body.tags !== undefined, {
    message: 'say which tags',
    path: ['tags'],
  });

/** The answer to it. */
export const bulkAnswerSchema = z.object({ changed: countSchema });

/** The body of `POST /installation-keys`. */
export const installationKeyRequestSchema = z.strictObject({
  label: z.string().trim().min(1).max(200),
  autoAuthorize: z.boolean().optional(),
  expiresAt: instantInputSchema.optional(),
  maxUses: z.int().min(1).max(10_000_000).nullable().optional(),
});

/** An installation key as it is listed: never with its secret. */
export const installationKeySchema = z.object({
  id: idSchema('installationKey'),
  label: z.string(),
  autoAuthorize: z.boolean(),
  expiresAt: instantSchema,
  maxUses: z.int().nullable(),
  uses: countSchema,
  status: z.enum(['valid', 'expired', 'used-up', 'revoked']),
  createdBy: actorSchema,
  createdAt: instantSchema,
  revokedAt: instantSchema.nullable(),
});

/** What the list of installation keys can be narrowed to. */
export const installationKeyFilterSchema = z.strictObject({
  status: installationKeySchema.shape.status.optional(),
  q: z.string().max(200).optional(),
});

/** The body of `POST /installation-keys/bulk`. */
export const installationKeyBulkSchema = bulkSchema(['revoke'], installationKeyFilterSchema);

/** The answer of `POST /installation-keys`: with the key's text, this once. */
export const createdInstallationKeySchema = installationKeySchema.extend({ key: z.string() });

/** The answer of `GET /installation-keys`. */
export const installationKeyListSchema = listAnswerSchema(installationKeySchema);

/** The body of `POST /groups` and `PATCH /groups/:id`. */
export const groupRequestSchema = z.strictObject({
  name: z.string().trim().min(1).max(120),
  filter: workstationFilterSchema,
});

/** A group: a saved filter, kept current. */
export const groupSchema = z.object({
  id: idSchema('group'),
  name: z.string(),
  filter: workstationFilterSchema,
  workstations: countSchema,
  createdBy: actorSchema,
  createdAt: instantSchema,
});

/** What the list of groups can be narrowed to. */
export const groupFilterSchema = z.strictObject({ q: z.string().max(200).optional() });

/** The body of `POST /groups/bulk`. */
export const groupBulkSchema = bulkSchema(['delete'], groupFilterSchema);

/** The answer of `GET /groups`. */
export const groupListSchema = listAnswerSchema(groupSchema);
