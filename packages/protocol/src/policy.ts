// The signed policy as it crosses the wire: the schema that a workstation reads it with.
import * as z from 'zod';
import { architectureSchema, guidSchema, instantSchema, sha256Schema, versionSchema } from './primitives.ts';
import { protocolNumber } from './protocol-number.ts';

/** What an assignment's target is: enough to find the file, to check it, and to plan its installation. */
export const targetSchema = z.object({
  version: versionSchema,
  installerId: z.string().min(1).max(80),
  path: z.string().min(1).max(512),
  sha256: sha256Schema,
  size: z.int().positive(),
  productCode: guidSchema,
  upgradeCode: guidSchema,
  architecture: architectureSchema,
});

/** One prohibition: a version, or everything below one. */
export const policyProhibitionSchema = z.union([
  z.object({ version: versionSchema, reason: z.string() }),
  z.object({ below: versionSchema, reason: z.string() }),
]);

/** The policy that the server signs for one workstation and product. Unknown members are ignored: they are newer than this code. */
export const policySchema = z.object({
  protocol: z.literal(protocolNumber),
  workstation: z.object({
    id: z.string().min(1).max(80),
    status: z.enum(['pending', 'authorized', 'disabled']),
  }),
  product: z.object({
    id: z.string().min(1).max(80),
    name: z.string(),
    /** By which the workstation finds what is installed, also where nothing is assigned to it. */
    upgradeCode: guidSchema.optional(),
    enforcement: z.enum(['enforce', 'observe']),
    /** When `observe` ends by itself, also on a machine that is offline by then. */
    enforcementUntil: instantSchema.nullish(),
    unknownVersions: z.enum(['allow', 'block']),
    /** What is done where the version that runs becomes prohibited: said, or said and then closed. Left out: said. */
    whenProhibited: z.enum(['tell', 'close']).optional(),
    /** With `close`: how long people have. */
    closeAfterMinutes: z.int().positive().max(10_080).optional(),
  }),
  known: z.array(versionSchema),
  prohibited: z.array(policyProhibitionSchema),
  assignment: z
    .object({
      updateId: z.string().min(1).max(80),
      target: targetSchema,
      requirement: z.enum(['mandatory', 'optional']),
      cutoffAt: instantSchema.nullable(),
      startsAt: instantSchema.nullable(),
      relaxedUntil: instantSchema.nullable(),
      releaseNotes: z.string().nullable(),
      deferral: z.object({ left: z.int().nonnegative() }).nullable(),
      /** What the machine's engine does of its own accord, before anybody starts the application. Left out: nothing. */
      background: z.enum(['none', 'download', 'install']).optional(),
    })
    .nullable(),
  pass: z.object({ until: instantSchema, reason: z.string() }).nullable(),
  offline: z.object({ graceHours: z.number().min(0).max(87_600), then: z.enum(['run', 'block']) }),
  log: z.object({ seq: z.int().nonnegative(), hash: sha256Schema }),
  issuedAt: instantSchema,
  nonce: z.string().min(1).max(200),
});

/** A policy as parsed from the wire; it fits `Policy` of `@usher/core`. */
export type PolicyDocument = z.infer<typeof policySchema>;
