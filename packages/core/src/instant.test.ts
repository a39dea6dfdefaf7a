// Reading instants: strict, and the same on every machine.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatInstant, parseInstant } from './instant.ts';

describe('an instant', () => {
  it.each([
    ['2026-12-05T18:00:00.000Z', '2026-12-05T18:00:00.000Z'],
    ['2026-12-05T18:00Z', '2026-12-05T18:00:00.000Z'],
    ['2026-12-05T18:00:00-03:00', '2026-12-05T21:00:00.000Z'],
    ['2026-12-05T18:00:00+05:45', '2026-12-05T12:15:00.000Z'],
    ['2026-12-05T18:00:00.5Z', '2026-12-05T18:00:00.500Z'],
    ['2026-12-05T18:00:00.1239999Z', '2026-12-05T18:00:00.123Z'],
    ['2028-02-29T00:00:00Z', '2028-02-29T00:00:00.000Z'],
    ['0050-01-01T00:00:00Z', '0050-01-01T00:00:00.000Z'],
  ])('%s is %s', (text, utc) => {
    expect(formatInstant(parseInstant(text))).toBe(utc);
  });

  it.each([
    ...[
      '',
      'now',
      '2026-12-05',
      '2026-12-05T18:00:00',
      '2026-12-05 18:00:00Z',
      '2026-12-05T18:00:00z',
      '1764957600000',
    ],
    ...['2026-02-29T00:00:00Z', '2026-13-01T00:00:00Z', '2026-00-01T00:00:00Z', '2026-12-32T00:00:00Z'],
    ...['2026-12-05T24:00:00Z', '2026-12-05T18:60:00Z', '2026-12-31T23:59:60Z', '2026-12-05T18:00:00+24:00'],
    ...['2026-12-05T18:00:00+0300', '2026-12-05T18:00:00+03:60', ' 2026-12-05T18:00:00Z', '2026-12-05T18:00:00Z\n'],
    ...['+002026-12-05T18:00:00Z', 'Sat, 05 Dec 2026 18:00:00 GMT'],
  ])('is not read from %j', (text) => {
    expect(parseInstant(text)).toBeNaN();
  });

  it('survives being written and read, in any offset', () => {
    const ms = fc.integer({ min: Date.UTC(1900, 0, 1), max: Date.UTC(2200, 0, 1) });
    fc.assert(
      fc.property(ms, fc.integer({ min: -14 * 60, max: 14 * 60 }), (instant, offset) => {
        expect(parseInstant(formatInstant(instant))).toBe(instant);
        const clock = formatInstant(instant + offset * 60_000).slice(0, -1);
        const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60].map((part) =>
          String(part).padStart(2, '0'),
        ) as [string, string];
        expect(parseInstant(`${clock}${offset < 0 ? '-' : '+'}${hours}:${minutes}`)).toBe(instant);
      }),
    );
  });
});
