// Installers, as the console API shows and takes them.
import * as z from 'zod';
import { idSchema } from '../ids.ts';
import {
  architectureSchema,
  countSchema,
  guidSchema,
  instantSchema,
  sentenceSchema,
  sha256Schema,
  versionSchema,
} from '../primitives.ts';
import { actorSchema, listAnswerSchema, listQuerySchema, namedSchema } from './common.ts';
import { publisherSchema } from './products.ts';

/** The decisions on an installer. */
export const decisions = ['pending', 'approved', 'disapproved'] as const;

/** Where a certificate of the signer's chain stands. */
export const certificateSchema = z.object({
  subject: z.string(),
  issuer: z.string(),
  serial: z.string(),
  notBefore: z.string(),
  notAfter: z.string(),
  sha256: sha256Schema,
});

/** Who signed the file, and how. */
export const signatureSchema = z.object({
  status: z.enum(['valid', 'none']),
  publisher: publisherSchema.nullable(),
  signedAt: instantSchema.nullable(),
  timestamped: z.boolean(),
  algorithm: z.string().nullable(),
  extended: z.boolean(),
  chain: z.array(certificateSchema),
});

/** A signature, parsed. */
export type Signature = z.infer<typeof signatureSchema>;

/** Something an administrator should know about an installer before approving it. */
export const warningSchema = z.object({ code: z.string(), message: z.string() });

/** Public MSI properties, given at every installation: upper-case names, one-line values. */
export const propertiesSchema = z
  .record(
    z.string().regex(/^[A-Z_][A-Z0-9_.]{0,71}$/),
    z
      .string()
      .max(1000)
      .regex(/^[^\p{Cc}]*$/u),
  )
  .refine((properties) => Object.keys(properties).length <= 50, 'at most 50 properties')
  .refine((properties) => !Object.keys(properties).some(isReservedProperty), {
    message:
      'ALLUSERS, REBOOT, REINSTALL, REINSTALLMODE, REMOVE, TRANSFORMS, PATCH and TARGETDIR are not given by hand',
  });

function isReservedProperty(name: string): boolean {
  return [
    'ALLUSERS',
    'MSIINSTALLPERUSER',
    'REBOOT',
    'REINSTALL',
    'REINSTALLMODE',
    'REMOVE',
    'TRANSFORMS',
    'PATCH',
    'TARGETDIR',
  ].includes(name);
}

/** One decision that was made on an installer. */
export const decisionSchema = z.object({
  decision: z.enum(['approved', 'disapproved']),
  by: actorSchema,
  at: instantSchema,
  reason: z.string().nullable(),
  note: z.string().nullable(),
});

/** An uploaded MSI. */
export const installerSchema = z.object({
  id: idSchema('installer'),
  published: z.boolean().meta({ description: 'Whether the catalogue that workstations verify holds it' }),
  product: namedSchema,
  productName: z.string(),
  version: versionSchema,
  manufacturer: z.string(),
  productCode: guidSchema,
  upgradeCode: guidSchema,
  packageCode: z.string(),
  architecture: architectureSchema,
  language: z.string(),
  size: z.int().positive(),
  sha256: sha256Schema,
  fileName: z.string(),
  signature: signatureSchema,
  decision: z.enum(decisions),
  decidedBy: actorSchema.nullable(),
  decidedAt: instantSchema.nullable(),
  reason: z.string().nullable(),
  note: z.string().nullable(),
  releaseNotes: z.string().nullable(),
  properties: z.record(z.string(), z.string()),
  warnings: z.array(warningSchema),
  installedOn: countSchema,
  uploadedBy: actorSchema,
  uploadedAt: instantSchema,
});

/** An installer, parsed. */
export type Installer = z.infer<typeof installerSchema>;

/** An installer with everything that was read from it and every decision made on it. */
export const installerDetailSchema = installerSchema.extend({
  facts: z.looseObject({}).meta({ description: 'What was read from the file: upgrades, launch conditions, counts' }),
  decisions: z.array(decisionSchema),
});

/** The query of `GET /installers`. */
export const installerQuerySchema = listQuerySchema.extend({
  decision: z.enum(decisions).optional(),
  product: z.string().max(80).optional(),
  version: versionSchema.optional(),
});

/** The answer of `GET /installers`. */
export const installerListSchema = listAnswerSchema(installerSchema);

/** Release notes: Markdown, at most 100,000 characters. */
export const releaseNotesSchema = z.string().max(100_000);

/** The body of `PATCH /installers/:id`. */
export const installerPatchSchema = z.strictObject({
  releaseNotes: releaseNotesSchema.nullable().optional(),
  properties: propertiesSchema.optional(),
});

/** The decision that was shown to whoever decides: where it is another by now, somebody else was quicker, and nothing is changed. */
const seenSchema = z.enum(decisions);

/** The body of `POST /installers/:id/approve`. Without `acknowledged: true` it is refused. */
export const approveRequestSchema = z.strictObject({
  acknowledged: z.boolean().optional(),
  note: sentenceSchema.optional(),
  reason: sentenceSchema.optional(),
  seen: seenSchema.optional(),
});

/** The body of `POST /installers/:id/disapprove`. */
export const disapproveRequestSchema = z.strictObject({ reason: sentenceSchema, seen: seenSchema.optional() });
