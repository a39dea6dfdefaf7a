// Accounts, sessions and API tokens, as the console API shows and takes them.
import * as z from 'zod';
import { idSchema } from '../ids.ts';
import { instantInputSchema, instantSchema } from '../primitives.ts';
import { roles } from '../roles.ts';
import { bulkSchema, listAnswerSchema } from './common.ts';

/** The languages of the console and the alert. */
export const languages = ['en', 'pt-BR', 'es'] as const;

/** The fewest characters of a password. */
export const shortestPassword = 12;

const passwordSchema = z.string().min(shortestPassword).max(1000);
const emailSchema = z.string().trim().toLowerCase().max(254).pipe(z.email());
const nameSchema = z.string().trim().min(1).max(120);

/** The body of `POST /session`. */
export const signInSchema = z.object({
  email: z.string().max(254),
  password: z.string().max(1000),
  otp: z
    .string()
    .max(20)
    .optional()
    .meta({ description: 'Reserved for a second factor; there is none yet, and it is not looked at' }),
});

/** An account. */
export const accountSchema = z.object({
  id: idSchema('account'),
  email: z.string(),
  name: z.string(),
  role: z.enum(roles),
  status: z.enum(['active', 'disabled']),
  language: z.enum(languages).nullable(),
  theme: z.enum(['light', 'dark', 'system']),
  createdAt: instantSchema,
  lastSignInAt: instantSchema.nullable(),
});

/** An account, parsed. */
export type Account = z.infer<typeof accountSchema>;

/** The answer of `GET /accounts`. */
export const accountListSchema = listAnswerSchema(accountSchema);

/** What the list of accounts can be narrowed to. */
export const accountFilterSchema = z.strictObject({
  role: z.enum(roles).optional(),
  status: accountSchema.shape.status.optional(),
  q: z.string().max(200).optional(),
});

/** The body of `POST /accounts/bulk`. Whoever calls it is never meant: nobody locks himself out with all the others. */
export const accountBulkSchema = bulkSchema(['enable', 'disable'], accountFilterSchema);

/** The body of `POST /accounts`. */
export const accountRequestSchema = z.strictObject({
  email: emailSchema,
  name: nameSchema.optional(),
  role: z.enum(roles),
  password: passwordSchema,
});

/** The body of `PATCH /accounts/:id`. */
export const accountPatchSchema = z.strictObject({
  name: nameSchema.optional(),
  role: z.enum(roles).optional(),
  status: z.enum(['active', 'disabled']).optional(),
  password: passwordSchema.optional(),
});

/** The body of `PATCH /session`: one's own profile. */
export const profilePatchSchema = z.strictObject({
  name: nameSchema.optional(),
  language: z.enum(languages).nullable().optional(),
  theme: z.enum(['light', 'dark', 'system']).optional(),
});

/** The body of `POST /session/password`. */
export const passwordChangeSchema = z.strictObject({ current: z.string().max(1000), next: passwordSchema });

/** The body of `POST /setup`, with the one-time token of the link. */
export const setupRequestSchema = z.object({
  token: z.string().min(1).max(200),
  email: emailSchema,
  name: nameSchema.optional(),
  password: passwordSchema,
});

/** The body of `POST /tokens`; without an end the token lasts a year, and `null` is one that never ends. */
export const tokenRequestSchema = z.strictObject({
  name: nameSchema,
  role: z.enum(roles),
  expiresAt: instantInputSchema.nullable().optional(),
});

/** What an API token is good for: one that was revoked is revoked, whatever else it is. */
const tokenStatuses = ['valid', 'expired', 'revoked'] as const;

/** What an API token is good for. */
export type TokenStatus = (typeof tokenStatuses)[number];

/** An API token as it is listed: never with its secret. */
export const tokenSchema = z.object({
  id: z.string(),
  name: z.string(),
  role: z.enum(roles),
  status: z.enum(tokenStatuses),
  createdBy: z.string(),
  createdAt: instantSchema,
  expiresAt: instantSchema.nullable(),
  lastUsedAt: instantSchema.nullable(),
  revokedAt: instantSchema.nullable(),
});

/** The answer of `POST /tokens`: with the token's text, this once. */
export const createdTokenSchema = tokenSchema.extend({ token: z.string() });

/** What the list of API tokens can be narrowed to. */
export const tokenFilterSchema = z.strictObject({
  role: z.enum(roles).optional(),
  status: z.enum(tokenStatuses).optional(),
  q: z.string().max(200).optional(),
});

/** The body of `POST /tokens/bulk`. */
export const tokenBulkSchema = bulkSchema(['revoke'], tokenFilterSchema);

/** The answer of `GET /tokens`. */
export const tokenListSchema = listAnswerSchema(tokenSchema);
