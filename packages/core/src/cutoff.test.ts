// Wall times made instants: in ordinary weeks, in clock changes, and against a search of every minute.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isCutoffLocal, isPastEverywhere, resolveCutoff } from './cutoff.ts';

describe('a local cut-off', () => {
  it.each(['2026-12-05T18:00', '2026-12-05T18:00:59', '2028-02-29T00:00'])('is read from %s', (text) => {
    expect(isCutoffLocal(text)).toBe(true);
  });

  it.each([
    ...['', '2026-12-05', '2026-12-05T18:00Z', '2026-12-05T18:00:00.000', '2026-12-05T18:00-03:00', '2026-12-05 18:00'],
    ...['2026-02-29T00:00', '2026-12-05T24:00', '2026-12-05T18:60', '2026-12-05T18:00:60', '2026-12-05T18', '18:00'],
  ])('is refused as %j', (text) => {
    expect(isCutoffLocal(text)).toBe(false);
    expect(() => resolveCutoff(text, 'Europe/Berlin')).toThrow(RangeError);
    expect(() => isPastEverywhere(text, '2026-12-01T00:00:00Z')).toThrow(RangeError);
  });

  it.each([
    ['an ordinary day', '2026-12-05T18:00', 'America/Sao_Paulo', '2026-12-05T21:00:00.000Z'],
    ['seconds', '2026-12-05T18:00:30', 'Asia/Kathmandu', '2026-12-05T12:15:30.000Z'],
    ['far ahead of UTC', '2026-12-05T18:00', 'Pacific/Kiritimati', '2026-12-05T04:00:00.000Z'],
    ['far behind UTC', '2026-12-05T18:00', 'Etc/GMT+12', '2026-12-06T06:00:00.000Z'],
    ['summer', '2026-07-01T12:00', 'Europe/Berlin', '2026-07-01T10:00:00.000Z'],
    ['the last minute before the gap', '2026-03-29T01:59', 'Europe/Berlin', '2026-03-29T00:59:00.000Z'],
    ['the gap begins', '2026-03-29T02:00', 'Europe/Berlin', '2026-03-29T00:00:00.000Z'],
    ['in the gap', '2026-03-29T02:30', 'Europe/Berlin', '2026-03-29T00:30:00.000Z'],
    ['the gap ends', '2026-03-29T03:00', 'Europe/Berlin', '2026-03-29T01:00:00.000Z'],
    ['comes twice', '2026-10-25T02:30', 'Europe/Berlin', '2026-10-25T00:30:00.000Z'],
    ['once again', '2026-10-25T03:00', 'Europe/Berlin', '2026-10-25T02:00:00.000Z'],
    ['comes twice, half an hour', '2026-04-05T01:45', 'Australia/Lord_Howe', '2026-04-04T14:45:00.000Z'],
    ['in the gap, west', '2026-03-08T02:30', 'America/New_York', '2026-03-08T06:30:00.000Z'],
    ['a day that never was', '2011-12-30T12:00', 'Pacific/Apia', '2011-12-29T22:00:00.000Z'],
  ])('%s: %s in %s is %s', (_name, local, zone, cutoffAt) => {
    expect(resolveCutoff(local, zone)).toStrictEqual({ cutoffAt, isZoneKnown: true });
  });

  it.each([null, '', 'Mars/Olympus', 'E. South America Standard Time', 'Europe/Berlin '])(
    'is in UTC, and says so, where the zone is %j',
    (zone) => {
      expect(resolveCutoff('2026-12-05T18:00', zone)).toStrictEqual({
        cutoffAt: '2026-12-05T18:00:00.000Z',
        isZoneKnown: false,
      });
    },
  );
});

describe('against a search', () => {
  // Weeks with clock changes, among them one by half an hour, one at midnight and one by 20 minutes' difference to UTC.
  const weeks = [
    ['Europe/Berlin', '2026-03-27'],
    ['Europe/Berlin', '2026-10-23'],
    ['America/New_York', '2026-03-06'],
    ['America/New_York', '2026-10-30'],
    ['Australia/Lord_Howe', '2026-04-03'],
    ['Australia/Lord_Howe', '2026-10-02'],
    ['America/Santiago', '2026-09-04'],
    ['America/Sao_Paulo', '2018-11-02'],
    ['Africa/Casablanca', '2026-02-13'],
    ['Asia/Kolkata', '2026-06-01'],
    ['Pacific/Chatham', '2026-04-03'],
  ] as const;
  const minute = 60_000;

  /** What the zone's clocks show, minute by minute from a day before to six days after. */
  function wallClock(zone: string, from: string): Map<string, number> {
    const shown = new Map<string, number>();
    const start = Date.parse(`${from}T00:00:00Z`) - 1_440 * minute;
    const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
    for (let instant = start; instant < start + 7 * 1_440 * minute; instant += 5 * minute) {
      const text = clock.format(instant).replace(' ', 'T');
      if (!shown.has(text)) shown.set(text, instant);
    }
    return shown;
  }

  it.each(weeks)('means the first time that the clocks of %s show it, in the week of %s', (zone, from) => {
    const shown = wallClock(zone, from);
    const start = Date.parse(`${from}T00:00:00Z`);
    const fives = fc.integer({ min: 0, max: (4 * 1_440) / 5 });
    fc.assert(
      fc.property(fives, (steps) => {
        const local = new Date(start + steps * 5 * minute).toISOString().slice(0, 16);
        const resolved = Date.parse(resolveCutoff(local, zone).cutoffAt);
        const found = shown.get(local);
        if (found !== undefined) {
          expect(resolved).toBe(found);
          return;
        }
        // Not shown at all: the clocks then stood before it, and jump over it within the same hours.
        const clock = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
        const text = (instant: number) => clock.format(instant).replace(' ', 'T');
        expect(text(resolved) < local).toBe(true);
        expect(text(resolved + 120 * minute) > local).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});

describe('past everywhere', () => {
  it('is a time that has passed at UTC-12 too', () => {
    expect(isPastEverywhere('2026-12-05T18:00', '2026-12-06T05:59:59.999Z')).toBe(false);
    expect(isPastEverywhere('2026-12-05T18:00', '2026-12-06T06:00:00.000Z')).toBe(true);
  });

  it('is past in every single zone', () => {
    const zones = ['Etc/GMT+12', 'Pacific/Pago_Pago', 'America/Sao_Paulo', 'UTC', 'Asia/Tokyo', 'Pacific/Kiritimati'];
    fc.assert(
      fc.property(fc.integer({ min: -40, max: 40 }), fc.constantFrom(...zones), (hours, zone) => {
        const now = new Date(Date.UTC(2026, 11, 5, 18 + hours)).toISOString();
        const { cutoffAt } = resolveCutoff('2026-12-05T18:00', zone);
        if (isPastEverywhere('2026-12-05T18:00', now)) expect(cutoffAt <= now).toBe(true);
      }),
    );
  });

  it('is what no time can be compared with', () => {
    expect(isPastEverywhere('2026-12-05T18:00', 'now')).toBe(true);
  });
});
