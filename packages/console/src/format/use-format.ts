// The formats of the chosen language, bound once per language.
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { now } from '../clock.ts';
import * as format from './format.ts';

/** Formats for the language in force. */
export interface Formats {
  readonly language: string;
  readonly number: (value: number) => string;
  readonly share: (share: number) => string;
  readonly bytes: (bytes: number) => string;
  readonly hours: (hours: number) => string;
  readonly instant: (iso: string) => string;
  readonly exact: (iso: string) => string;
  readonly tick: (span: number) => (at: number) => string;
  readonly local: (local: string) => string;
  readonly relative: (iso: string) => string;
  readonly languageName: (lcid: string) => string | null;
  readonly zone: string;
}

/** The formats of the language that is on screen. */
export function useFormat(): Formats {
  const { i18n } = useTranslation();
  const { language } = i18n;
  return useMemo(() => {
    const zone = format.viewerZone(now(), language);
    return {
      language,
      number: (value) => format.formatNumber(value, language),
      share: (share) => format.formatShare(share, language),
      bytes: (bytes) => format.formatBytes(bytes, language),
      hours: (hours) => format.formatHours(hours, language),
      instant: (iso) => format.formatInstant(iso, language),
      exact: (iso) => format.formatExact(iso, language),
      tick: (span) => (at) => format.formatTick(at, span, language),
      local: (local) => format.formatLocal(local, language),
      relative: (iso) => format.formatRelative(Date.parse(iso), now(), language),
      languageName: (lcid) => format.formatLanguage(lcid, language),
      zone: `${zone.name} (${zone.offset})`,
    };
  }, [language]);
}
