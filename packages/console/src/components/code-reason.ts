// Why the rules answered a check as they did, in the language on screen.
import type { TFunction } from 'i18next';

/** The reason of a verdict in words; the reason's own name where this console does not know it. */
export function reasonText(reason: string, t: TFunction): string {
  const text = t(`reasons.${reason}` as 'reasons.up-to-date', { defaultValue: '' });
  return text === '' ? reason : text;
}
