// What a workstation sends and receives: activation, the check at every start, and reports.
import * as z from 'zod';
import { idSchema } from './ids.ts';
import { instantInputSchema, versionSchema } from './primitives.ts';
import { protocolNumber } from './protocol-number.ts';

/** A protocol number that this code understands. */
const protocolSchema = z.literal(protocolNumber);

/** The machine that asks. */
export const operatingSystemSchema = z.object({
  platform: z.string().min(1).max(40),
  release: z.string().max(100),
  arch: z.string().min(1).max(40),
  language: z.string().max(40).meta({ description: 'A decimal LCID or a BCP 47 tag' }),
  timeZone: z.string().max(80).meta({ description: 'An IANA time zone name' }),
});

/** The operating system of a workstation, as it reports it. */
export type OperatingSystem = z.infer<typeof operatingSystemSchema>;

/**
 * A version as a workstation found it: any short text, since the rules treat an unreadable one as unknown
 * and a machine must not be refused an answer for what an installer wrote into its registry.
 */
const reportedVersionSchema = z.string().max(100).nullable();

/** A raw Ed25519 public key: 32 bytes in base64url. */
export const publicKeySchema = z.string().regex(/^[A-Za-z0-9_-]{43}$/);

/** `product` in a workstation's request: an UpgradeCode or a product id; may be left out where there is one product. */
const productReferenceSchema = z.string().min(1).max(80);

const hostnameSchema = z.string().min(1).max(255);

/** The body of `POST /api/v1/workstation/activate`. */
export const activateRequestSchema = z.object({
  installationKey: z.string().min(1).max(8192),
  machineId: z.string().min(1).max(200),
  publicKey: publicKeySchema,
  hostname: hostnameSchema,
  os: operatingSystemSchema,
  product: productReferenceSchema.optional(),
  installedVersion: reportedVersionSchema.optional(),
  proof: z.string().max(4096).optional(),
  protocol: protocolSchema,
});

/** The answer to an activation. `token` is shown this once. */
export const activateAnswerSchema = z.object({
  workstationId: idSchema('workstation'),
  token: z.string(),
  status: z.enum(['pending', 'authorized', 'disabled']),
  root: z
    .string()
    .meta({ description: 'The trust root, 1.root.json, as text: its SHA-256 is in the installation key' }),
});

/** The body of `POST /api/v1/workstation/check`. */
export const checkRequestSchema = z.object({
  product: productReferenceSchema.optional(),
  installedVersion: reportedVersionSchema,
  productCode: z.string().max(80).nullish(),
  user: z.string().max(255).nullish(),
  hostname: hostnameSchema,
  os: operatingSystemSchema,
  nonce: z.string().min(1).max(200),
  log: z
    .object({
      seq: z.int().nonnegative(),
      hash: z.string().max(64),
      proof: z
        .string()
        .max(1024)
        .optional()
        .meta({ description: 'As it came with the answer that told of this event' }),
    })
    .nullish()
    .meta({ description: 'The newest event that the workstation has seen' }),
  /**
   * Why it is asked. Only a `start` (also where it is left out) is recorded as one that was blocked; the others are
   * asked by the client of its own accord (right after the activation, every hour, before an installation), or for
   * somebody who only looks.
   */
  purpose: z.enum(['start', 'activation', 'background', 'update']).optional(),
  protocol: protocolSchema,
});

/** A verdict as it crosses the wire (the closed lists stand in `@usher/core`). */
export const verdictSchema = z.object({
  action: z.enum(['run', 'offer', 'require', 'block']),
  code: z.int().nullable(),
  reason: z.string(),
  target: versionSchema.nullable(),
  cutoffAt: z.string().nullable(),
  observed: z
    .object({ action: z.enum(['run', 'offer', 'require', 'block']), code: z.int().nullable(), reason: z.string() })
    .nullable(),
});

/** The answer to a check: the signed policy, and what the rules make of it by the server's own reckoning. */
export const checkAnswerSchema = z.object({
  policy: z.string(),
  verdict: verdictSchema,
  log: z
    .object({ seq: z.int().nonnegative(), hash: z.string().max(64), proof: z.string().max(1024) })
    .optional()
    .meta({ description: 'The newest event, as in the policy, signed by itself: to be shown at the next check' }),
});

/** What a report can say. */
export const reportStates = [
  'offered',
  'deferred',
  'downloading',
  'downloaded',
  'installing',
  'installed',
  'failed',
  'rolled-back',
  'declined',
] as const;

/** One report: what happened on a workstation with one update. */
export const reportSchema = z.object({
  id: z.uuid(),
  at: instantInputSchema,
  updateId: z.string().min(1).max(80),
  attempt: z.int().min(1).max(1_000_000).optional(),
  seq: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  state: z.enum(reportStates),
  progress: z.object({ bytes: z.int().nonnegative(), total: z.int().nonnegative() }).optional(),
  code: z.int().min(0).max(99_999).optional(),
  exitCode: z.int().optional(),
  detail: z.string().max(4000).optional(),
  logTail: z.string().max(65_536).optional(),
});

/**
 * One start that the server was not asked about, as the workstation decided it by the last signed policy: `blocked`, or
 * let through by a pass that was typed in (`pass-used`).
 */
export const startReportSchema = z.object({
  id: z.uuid(),
  at: instantInputSchema,
  seq: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  result: z.enum(['blocked', 'pass-used']),
  product: productReferenceSchema,
  installedVersion: reportedVersionSchema,
  code: z.int().min(0).max(99_999).nullish(),
  reason: z.string().max(80).nullish(),
  passUntil: instantInputSchema.optional(),
});

/**
 * What can be wrong with the machine itself: something that was not the engine's own was set aside, rights could not be set,
 * or the system does not say who has the application open.
 */
export const machineAlarms = ['state-set-aside', 'rights-not-set', 'copies-unseen'] as const;

/** One thing that an administrator has to know of a machine. */
export const machineAlarmSchema = z.object({
  id: z.uuid(),
  at: instantInputSchema,
  seq: z.int().min(0).max(Number.MAX_SAFE_INTEGER).optional(),
  alarm: z.enum(machineAlarms),
  detail: z.string().max(500),
});

/** One alarm of a machine, parsed. */
export type MachineAlarm = z.infer<typeof machineAlarmSchema>;

/** One start that the server was not asked about, parsed. */
export type StartReport = z.infer<typeof startReportSchema>;

/** One report, parsed. */
export type Report = z.infer<typeof reportSchema>;

/** The body of `POST /api/v1/workstation/reports`. */
export const reportsRequestSchema = z
  .object({
    reports: z.array(reportSchema).max(500),
    starts: z.array(startReportSchema).max(500).optional(),
    alarms: z.array(machineAlarmSchema).max(100).optional(),
  })
  .refine(({ reports, starts = [], alarms = [] }) => reports.length + starts.length + alarms.length > 0, {
    error: 'holds no report',
  });

/** The answer to reports: every id that need not be sent again, with why where one changed nothing. */
export const reportsAnswerSchema = z.object({
  accepted: z.array(z.string()),
  rejected: z.array(z.object({ id: z.string(), reason: z.string() })),
});

export type ActivateRequest = z.infer<typeof activateRequestSchema>;
export type ActivateAnswer = z.infer<typeof activateAnswerSchema>;
export type CheckRequest = z.infer<typeof checkRequestSchema>;
export type CheckAnswer = z.infer<typeof checkAnswerSchema>;
