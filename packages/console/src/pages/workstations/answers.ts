// What the last check of a workstation was answered, as a filter and in words.
import type { TFunction } from 'i18next';
import type { WorkstationFilter } from '../../api/types.ts';

/** What the last check was answered, or with `would-…` would have been. */
export type Answer = NonNullable<WorkstationFilter['verdict']>;

/** The answers, in the order of the filter. */
export const answers = [
  'block',
  'would-block',
  'require',
  'would-require',
  'offer',
  'run',
] as const satisfies readonly Answer[];

/** An answer in words. */
export function answerName(answer: Answer, t: TFunction): string {
  return t(`workstations.answers.${answer}`);
}
