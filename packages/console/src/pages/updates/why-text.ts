// Why an assignment stands where it stands, in the language on screen.
import type { TFunction } from 'i18next';
import type { AssignmentItem } from '../../api/types.ts';
import type { RawRow } from '../../components/table/column.ts';

type WithWhy = Pick<AssignmentItem, 'why' | 'whyCode' | 'whyFacts'>;

/** The reason in words; the server's own sentence where it has no code, or one that this console does not know. */
export function whyText({ why, whyCode, whyFacts }: WithWhy, t: TFunction): string | null {
  if (whyCode === null) return why;
  return t(`whys.${whyCode}`, { ...whyFacts, defaultValue: why ?? '' });
}

/** The same of a row of an export, whose facts are a text. */
export function exportedWhy({ why, whyCode, whyFacts }: RawRow, t: TFunction): string {
  const sentence = typeof why === 'string' ? why : null;
  if (typeof whyCode !== 'string') return sentence ?? '';
  const facts = typeof whyFacts === 'string' ? (JSON.parse(whyFacts) as WithWhy['whyFacts']) : null;
  return whyText({ why: sentence, whyCode: whyCode as WithWhy['whyCode'], whyFacts: facts }, t) ?? '';
}
