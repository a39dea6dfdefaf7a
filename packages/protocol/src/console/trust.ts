// Whom workstations trust, as the console shows it: roles, keys and where they are, what waits for a signature.
import * as z from 'zod';
import { countSchema, instantSchema, sha256Schema } from '../primitives.ts';

/** A signing key. Only its public half is ever shown. */
export const trustKeySchema = z.object({
  /** SHA-256 of its description, as the metadata names it. */
  id: sha256Schema,
  /** Whether the private half is on the server; otherwise it is kept elsewhere, or erased. */
  here: z.boolean(),
  createdAt: instantSchema.nullable(),
});

/** A role of the catalogue. */
export const trustRoleSchema = z.object({
  role: z.enum(['root', 'targets', 'snapshot', 'timestamp']),
  /** Of the newest metadata. */
  version: z.int().positive(),
  expiresAt: instantSchema,
  /** How many of the keys must sign. */
  threshold: z.int().positive(),
  keys: z.array(trustKeySchema),
});

/** What the operator should know or do, in a sentence. */
export const trustWarningSchema = z.object({
  code: z.enum([
    'server-clock',
    'keys-on-server',
    'expiring',
    'unsigned-changes',
    'unsigned-root',
    'director-waits',
    'events-lost',
    'log-contradicted',
    'log-disputed',
  ]),
  message: z.string(),
});

/** The answer of `GET /trust`. */
export const trustSchema = z.object({
  /** SHA-256 of the first root: what installation keys carry. */
  rootFingerprint: sha256Schema,
  roles: z.array(trustRoleSchema),
  /** Keys whose policies and passes count. One signs; older ones are named for policies that workstations keep. */
  director: z.array(trustKeySchema.extend({ signs: z.boolean() })),
  /** What the published catalogue does not say yet; null where it says everything. */
  waiting: z
    .object({
      /** Installers that the next publication adds or changes. */
      added: countSchema,
      /** Installers that it removes. */
      removed: countSchema,
      prohibitions: z.boolean(),
      directorKeys: z.boolean(),
    })
    .nullable(),
  /** The next root, where it waits for signatures. */
  nextRoot: z.object({ version: z.int().positive(), missing: countSchema }).nullable(),
  warnings: z.array(trustWarningSchema),
});

/** Whom workstations trust, parsed. */
export type TrustOverview = z.infer<typeof trustSchema>;
