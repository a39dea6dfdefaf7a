// Why an assignment stands where it stands: kept as a code with its facts, told as a sentence beside them.
import type { NoInstallerReason } from '@usher/core';
import { whyCodes, whyFactsSchema, type WhyCode, type WhyFacts } from '@usher/protocol';
import * as z from 'zod';

const keptSchema = whyFactsSchema.extend({ code: z.enum(whyCodes) });

/** A reason as it is kept. */
export function because(code: WhyCode, facts: WhyFacts = {}): string {
  return JSON.stringify({ code, ...facts });
}

/** Why an assignment is not applicable. */
export function whyNotApplicable(reason: NoInstallerReason, version: string, architecture: string): string {
  return because(reason, { version, architecture });
}

/** A reason as the API tells it. */
export interface Told {
  readonly why: string | null;
  readonly whyCode: WhyCode | null;
  readonly whyFacts: WhyFacts | null;
}

/** @param kept as `because` made it, or a sentence that an older server wrote; one of a newer server, on the same database, is left out */
export function toldWhy(kept: string | null): Told {
  if (kept?.startsWith('{') !== true) return { why: kept, whyCode: null, whyFacts: null };
  const parsed = keptSchema.safeParse(JSON.parse(kept));
  if (!parsed.success) return { why: null, whyCode: null, whyFacts: null };
  const { code, ...facts } = parsed.data;
  return { why: sentences[code](facts), whyCode: code, whyFacts: facts };
}

const sentences: Readonly<Record<WhyCode, (facts: WhyFacts) => string>> = {
  'update-cancelled': () => 'The update was cancelled.',
  'workstation-retired': () => 'The workstation was retired.',
  'workstation-replaced': () => 'The workstation was replaced.',
  silent: ({ hours = 0 }) => `No sign of life for ${hours} hours.`,
  'no-report': ({ hours = 0 }) => `The workstation asks, but has reported nothing of it for ${hours} hours.`,
  superseded: ({ update = '' }) => `Superseded by ${update}.`,
  'stands-again': () => 'No newer update is in force any more.',
  'product-gone': () => 'It was installed; now the product is gone.',
  'other-version': ({ version = '' }) => `It was installed; now version ${version} is.`,
  'none-approved': ({ version = '' }) => `No installer of version ${version} is approved.`,
  'architecture-unknown': ({ architecture = '' }) => `The workstation's architecture (${architecture}) is unknown.`,
  'architecture-not-supported': ({ version = '', architecture = '' }) =>
    `No approved installer of version ${version} runs on ${architecture}.`,
};
