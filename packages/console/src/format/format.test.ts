// Numbers, sizes and times in the languages of the console.
import { describe, expect, it } from 'vitest';
import {
  formatBytes,
  formatExact,
  formatHours,
  formatInstant,
  formatLanguage,
  formatLocal,
  formatRelative,
  formatShare,
  formatTick,
  viewerZone,
} from './format.ts';

const at = '2026-11-22T12:30:05.000Z';

/** Intl separates with no-break spaces, of two widths. */
const plain = (text: string) => text.replace(/[\u00A0\u202F]/g, ' ');

describe('a share', () => {
  it('is never said to be nothing or everything when it is not', () => {
    expect(formatShare(0.001, 'en')).toBe('1%');
    expect(formatShare(0.999, 'en')).toBe('99%');
    expect(formatShare(0, 'en')).toBe('0%');
    expect(formatShare(1, 'en')).toBe('100%');
  });
});

describe('a size', () => {
  it.each([
    [1, '1 byte'],
    [999, '999 bytes'],
    [16_384, '16.4 kB'],
    [2_147_483_648, '2.1 GB'],
  ])('of %d bytes is %s', (bytes, text) => {
    expect(plain(formatBytes(bytes, 'en'))).toBe(text);
  });

  it('follows the language', () => {
    expect(plain(formatBytes(16_384, 'pt-BR'))).toBe('16,4 kB');
  });
});

describe('a moment', () => {
  it('is written in the viewer’s zone and language', () => {
    expect(plain(formatInstant(at, 'pt-BR', 'America/Sao_Paulo'))).toContain('09:30');
    expect(plain(formatInstant(at, 'en', 'Europe/Lisbon'))).toContain('12:30');
  });

  it('names its zone when it is exact', () => {
    expect(formatExact(at, 'en', 'America/Sao_Paulo')).toContain('GMT-03:00');
  });

  it('without a zone stays as it was written', () => {
    expect(plain(formatLocal('2026-12-01T18:00', 'en'))).toBe('Dec 1, 2026, 6:00 PM');
  });

  it('is told by the largest unit that fits', () => {
    const now = Date.parse(at);
    expect(formatRelative(now - 3_600_000, now, 'en')).toBe('1 hour ago');
    expect(formatRelative(now + 2 * 86_400_000, now, 'es')).toBe('pasado mañana');
    expect(formatRelative(now - 400, now, 'en')).toBe('now');
  });

  it('says in which zone the viewer is', () => {
    expect(viewerZone(Date.parse(at), 'en', 'America/Sao_Paulo')).toEqual({
      name: 'America/Sao Paulo',
      offset: 'GMT-3',
    });
  });
});

describe('a duration', () => {
  it('turns into days from two days on', () => {
    expect(plain(formatHours(6.25, 'en'))).toBe('6.3 hr');
    expect(plain(formatHours(72, 'en'))).toBe('3 days');
    expect(plain(formatHours(0.25, 'en'))).toBe('15 min');
    expect(plain(formatHours(0.005, 'en'))).toBe('18 sec');
  });
});

describe('a tick of a time axis', () => {
  it('says the day, the time of day, or the second, as the span needs it', () => {
    const moment = Date.parse('2026-11-22T12:30:05.000');
    expect(plain(formatTick(moment, 20 * 86_400_000, 'en'))).toBe('Nov 22');
    expect(plain(formatTick(moment, 3_600_000, 'en'))).toBe('12:30 PM');
    expect(plain(formatTick(moment, 60_000, 'en'))).toBe('12:30:05 PM');
  });
});

describe('an installer’s language', () => {
  it('is named where it is known, neutral where it is 0, and the number itself else', () => {
    expect(formatLanguage('1046', 'en')).toBe('Brazilian Portuguese');
    expect(formatLanguage('0', 'en')).toBeNull();
    expect(formatLanguage('9999', 'en')).toBe('9999');
    expect(formatLanguage('en', 'en')).toBe('English');
    expect(formatLanguage('pt-BR', 'es')).toBe('portugués de Brasil');
    // A workstation says what it wants here.
    expect(formatLanguage('en-', 'en')).toBe('en-');
    expect(formatLanguage('en-x', 'en')).toBe('en-x');
    expect(formatLanguage('constructor', 'en')).toBe('constructor');
  });
});
