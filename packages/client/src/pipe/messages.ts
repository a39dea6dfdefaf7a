// What crosses the pipe: the closed list of what a launcher may ask, and what the engine answers.
import * as z from 'zod';
import { clientErrorCodes } from '../client-error.ts';

/** Rises when a launcher of before could not be understood any more. */
export const pipeProtocol = 1;

const token = z.string().regex(/^[A-Za-z0-9_-]{22,64}$/);
/** An UpgradeCode or a product id; null where the engine is to know it. */
const product = z
  .string()
  .regex(/^\{?[A-Za-z0-9_-]{1,80}\}?$/)
  .nullable();
const updateId = z.string().regex(/^[A-Za-z0-9_-]{1,80}$/);
const pid = z.int().positive().max(4_294_967_295);

/** What the engine says first on every connection. */
export const helloSchema = z.strictObject({ usher: z.literal(pipeProtocol), challenge: token });

/** What a caller sends: `request` is JSON, as text, so that the proof is over the very bytes. */
export const callSchema = z.strictObject({ nonce: token, proof: token, request: z.string() });

/** Everything that can be asked. Nothing in it names a file, an address, a command or an installer. */
export const requestSchema = z.discriminatedUnion('do', [
  /** Is the engine there, and what is it doing? */
  z.strictObject({ do: z.literal('status') }),
  /** The question at a start, or with a purpose that is none; an interrupted update is finished or undone first. */
  z.strictObject({ do: z.literal('check'), product, purpose: z.enum(['background', 'update']).optional() }),
  /** Yes to what the signed policy names, and to nothing else: both must be what it says now. */
  z.strictObject({ do: z.literal('update'), product, updateId, version: z.string().max(100), pid }),
  /** Calls off the update that this connection asked for, while it downloads and may be called off. */
  z.strictObject({ do: z.literal('cancel') }),
  /** What the person chose about the update that the signed policy names. */
  z.strictObject({ do: z.literal('choice'), product, updateId, state: z.enum(['offered', 'deferred', 'declined']) }),
  /** The application was started: from here until the connection ends the caller is told what it must know of it. */
  z.strictObject({ do: z.literal('watch'), product, pid }),
  /** A signed pass that was typed in. */
  z.strictObject({ do: z.literal('unlock'), product, code: z.string().max(1000) }),
  /** The logs for support, without secrets; the caller writes them where it may. */
  z.strictObject({ do: z.literal('logs'), product }),
]);

/** One request. */
export type PipeRequest = z.infer<typeof requestSchema>;

/** Why a check is asked for that is none of a start: somebody only looks, or wants to update. */
export type CheckPurpose = NonNullable<Extract<PipeRequest, { do: 'check' }>['purpose']>;

/** What an engine sends; `body` is JSON, as text, so that the signature is over the very bytes. */
export const answerSchema = z.strictObject({
  nonce: token,
  seq: z.int().nonnegative(),
  body: z.string(),
  signature: z.string().max(100),
});

const progressSchema = z.discriminatedUnion('stage', [
  z.object({ stage: z.literal('downloading'), bytes: z.number(), total: z.number() }),
  z.object({ stage: z.enum(['verifying', 'closing', 'installing', 'rolling-back']) }),
  z.object({ stage: z.literal('waiting-for-installer'), waitMs: z.number() }),
]);

const failureSchema = z.object({
  code: z.enum(clientErrorCodes),
  message: z.string(),
  exitCode: z.number().optional(),
  space: z.object({ needed: z.number(), free: z.number() }).optional(),
  problem: z.string().optional(),
  sessions: z.number().optional(),
  because: z.array(z.enum(clientErrorCodes)).readonly().optional(),
});

/** A failure as it crosses the pipe. */
export type PipeFailure = z.infer<typeof failureSchema>;

const newsSchema = z.discriminatedUnion('news', [
  /** The version that runs may not run any more; `closesAt` where it will be closed. */
  z.object({
    news: z.literal('prohibited'),
    version: z.string(),
    code: z.number(),
    reason: z.string(),
    closesAt: z.string().nullable(),
  }),
  /** The application will be closed: for the update to `version`, or because that is prohibited. */
  z.object({
    news: z.literal('closing'),
    because: z.enum(['update', 'prohibited']).default('update'),
    version: z.string(),
    inSeconds: z.number(),
  }),
]);

/** What somebody who has the application open is told. */
export type PipeNews = z.infer<typeof newsSchema>;

/** The body of an answer: any number of the first three, then one of the last two. */
export const bodySchema = z.discriminatedUnion('is', [
  /** The engine is at it: sent so that silence means that it is gone. */
  z.object({ is: z.literal('working') }),
  z.object({ is: z.literal('progress'), progress: progressSchema }),
  z.object({ is: z.literal('news'), news: newsSchema }),
  z.object({ is: z.literal('done'), result: z.unknown() }),
  z.object({ is: z.literal('refused'), failure: failureSchema }),
]);

/** The body of an answer. */
export type PipeBody = z.infer<typeof bodySchema>;

/** The result of `status`. */
export const statusResultSchema = z.object({
  workstationId: z.string().nullable(),
  protocol: z.number(),
  busyWith: z.string().nullable(),
});

/** The result of `check`: what the launcher decides by, once it has verified the policy itself. */
export const checkResultSchema = z.object({
  /** As it was signed. */
  policy: z.string(),
  /** A typed-in pass, as it was signed; null where there is none. */
  pass: z.string().nullable(),
  facts: z.object({
    installedVersion: z.string().nullable(),
    now: z.string(),
    online: z.boolean(),
    targetOnDisk: z.boolean(),
  }),
  installed: z.object({ productCode: z.string(), version: z.string() }).nullable(),
  offlineBecause: failureSchema.nullable(),
  recovered: z
    .union([
      z.object({ outcome: z.enum(['finished', 'rolled-back']), target: z.string(), installed: z.string().nullable() }),
      z.object({ failure: failureSchema }),
    ])
    .nullable(),
});

/** The result of `update`. */
export const updateResultSchema = z.object({ version: z.string(), restartNeeded: z.boolean() });

/** The result of `unlock`. */
export const unlockResultSchema = z.object({ until: z.string(), reason: z.string() });

/** The result of `logs`: a .tar.gz, in base64. */
export const logsResultSchema = z.object({ archive: z.base64() });
