// Products, their publishers and their prohibitions, as the console API shows and takes them.
import { sameVersion } from '@usher/core';
import * as z from 'zod';
import { idSchema } from '../ids.ts';
import {
  countSchema,
  guidSchema,
  instantInputSchema,
  instantSchema,
  sentenceSchema,
  sha256Schema,
  versionSchema,
} from '../primitives.ts';
import { actorSchema, listAnswerSchema } from './common.ts';

/**
 * A publisher: the issuer together with the subject's identity. Anybody can make an authority of any name, so the key that
 * vouches for the name counts too; where a person adds a publisher without it, the first approval fills it in.
 */
export const publisherSchema = z.object({
  subject: z.string().min(1).max(1000),
  issuer: z.string().min(1).max(1000),
  authorityKey: sha256Schema.optional().meta({
    description: 'SHA-256 of the public key that vouches for the subject; left out where it is not known yet',
  }),
});

/** A publisher, parsed. */
export type Publisher = z.infer<typeof publisherSchema>;

/** What a workstation does that has been offline for longer than the grace. */
export const offlineSchema = z.object({
  graceHours: z.int().min(0).max(87_600),
  then: z.enum(['run', 'block']),
});

/** How long people have before what became prohibited is closed: a minute to a week. */
const closeAfterMinutesSchema = z.int().min(1).max(10_080);

/** One application under management. */
export const productSchema = z.object({
  id: idSchema('product'),
  name: z.string(),
  upgradeCode: guidSchema,
  enforcement: z.enum(['enforce', 'observe']),
  enforcementUntil: instantSchema.nullable().meta({ description: 'When `observe` ends by itself' }),
  unknownVersions: z.enum(['allow', 'block']),
  offline: offlineSchema,
  whenProhibited: z
    .enum(['tell', 'close'])
    .meta({ description: 'Where the version that runs becomes prohibited: it is said, or said and then closed' }),
  closeAfterMinutes: closeAfterMinutesSchema,
  signature: z.enum(['trusted', 'signed', 'any']),
  publishers: z.array(publisherSchema),
  separationOfDuties: z.boolean(),
  installers: countSchema,
  workstations: countSchema,
  createdAt: instantSchema,
});

/** A product, parsed. */
export type Product = z.infer<typeof productSchema>;

/** The answer of `GET /products`. */
export const productListSchema = listAnswerSchema(productSchema);

/** The body of `PATCH /products/:id`. */
export const productPatchSchema = z.strictObject({
  name: z.string().trim().min(1).max(200).optional(),
  enforcement: z.enum(['enforce', 'observe']).optional(),
  enforcementUntil: instantInputSchema.nullable().optional(),
  unknownVersions: z.enum(['allow', 'block']).optional(),
  offline: offlineSchema.optional(),
  whenProhibited: z.enum(['tell', 'close']).optional(),
  closeAfterMinutes: closeAfterMinutesSchema.optional(),
  signature: z.enum(['trusted', 'signed', 'any']).optional(),
  publishers: z.array(publisherSchema).max(50).optional(),
  separationOfDuties: z.boolean().optional(),
});

/** The body of `POST /products/:id/prohibitions`. */
export const prohibitionRequestSchema = z
  .strictObject({
    version: versionSchema.optional(),
    below: versionSchema.optional().meta({ description: 'Prohibits every version lower than this one' }),
    reason: sentenceSchema,
  })
  .superRefine(({ version, below }, context) => {
    const fault = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if (version === undefined && below === undefined) fault('version', 'is missing: name either "version" or "below"');
    if (version !== undefined && below !== undefined) fault('below', 'name either "version" or "below", not both');
    if (below !== undefined && sameVersion(below, '0'))
      fault('below', 'no version is lower: this would prohibit nothing');
  })
  .meta({ description: 'Either `version` or `below`, and why' });

/** A prohibition by number. */
export const prohibitionSchema = z.object({
  id: idSchema('prohibition'),
  productId: idSchema('product'),
  version: versionSchema.nullable(),
  below: versionSchema.nullable(),
  reason: z.string(),
  addedBy: actorSchema,
  addedAt: instantSchema,
  liftedBy: actorSchema.nullable(),
  liftedAt: instantSchema.nullable(),
  liftedReason: z.string().nullable(),
});

/** The answer of `GET /products/:id/prohibitions`: those in force, or with `?all=true` lifted ones too. */
export const prohibitionListSchema = listAnswerSchema(prohibitionSchema);

/** What a prohibition or a disapproval would do to workstations, in numbers. */
export const impactSchema = z.object({
  installedOn: countSchema,
  blocked: countSchema.meta({ description: 'Workstations that run the version' }),
  withoutReplacement: countSchema.meta({ description: 'Those of them without a live update to go to' }),
  refused: countSchema.meta({
    description:
      'Those that run the version and would be refused: all of them for a number, those with this very installer for a disapproval',
  }),
  stranded: countSchema.meta({ description: 'Those that would be refused and have no live update to go to' }),
  updates: z.array(z.object({ id: idSchema('update'), name: z.string(), state: z.string() })),
});

/** An impact, parsed. */
export type Impact = z.infer<typeof impactSchema>;
