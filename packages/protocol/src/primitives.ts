// The small values that cross the wire everywhere: instants, versions, hashes, names.
import { isCutoffLocal, isVersion, parseInstant } from '@usher/core';
import * as z from 'zod';

/** An instant as the server writes it: ISO 8601 in UTC with milliseconds. */
export const instantSchema = z.iso.datetime({ precision: 3 });

/** An instant as a caller may write it: ISO 8601 with `Z` or an offset. It is kept in UTC with milliseconds. */
export const instantInputSchema = z.iso
  .datetime({ offset: true })
  .refine((text) => !Number.isNaN(parseInstant(text)), 'is no instant')
  .meta({ description: 'ISO 8601 instant with Z or an offset' });

/** A wall-clock time without a zone, `YYYY-MM-DDTHH:mm[:ss]`. */
export const localTimeSchema = z
  .string()
  .refine(isCutoffLocal, 'is no wall-clock time YYYY-MM-DDTHH:mm[:ss]')
  .meta({ description: 'Wall-clock time without a zone: YYYY-MM-DDTHH:mm[:ss]' });

/** A version: one to four fields of digits, each 0 to 65535. */
export const versionSchema = z
  .string()
  .max(64)
  .refine(isVersion, 'is no version: one to four numbers from 0 to 65535, separated by dots')
  .meta({ description: 'One to four decimal fields, each 0 to 65535' });

/** A SHA-256 in lower-case hexadecimal. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** A GUID with braces, as Windows Installer writes it; kept in upper case. */
export const guidSchema = z
  .string()
  .regex(/^\{[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}\}$/);

/** The processor architectures that an installer can be for. */
export const architectures = ['x86', 'x64', 'arm64'] as const;

/** The processor architecture of an installer. */
export const architectureSchema = z.enum(architectures);

/** A person's sentence: a reason or a note. Never empty, at most 2,000 characters. */
export const sentenceSchema = z.string().trim().min(1).max(2000);

/** A count of things. */
export const countSchema = z.int().nonnegative();
