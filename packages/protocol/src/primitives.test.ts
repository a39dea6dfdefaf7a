// The small values of the wire: what is taken and what is refused.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { idSchema } from './ids.ts';
import { instantInputSchema, instantSchema, localTimeSchema, versionSchema } from './primitives.ts';

describe('an instant', () => {
  it('is written in UTC with milliseconds', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date(0), max: new Date('2100-01-01'), noInvalidDate: true }), (date) => {
        expect(instantSchema.parse(date.toISOString())).toBe(date.toISOString());
      }),
    );
    expect(instantSchema.safeParse('2026-12-01T08:00:00Z').success).toBe(false);
  });

  it('is taken with any offset, but never without one', () => {
    expect(instantInputSchema.safeParse('2026-12-01T08:00:00-03:00').success).toBe(true);
    expect(instantInputSchema.safeParse('2026-12-01T08:00:00').success).toBe(false);
    expect(instantInputSchema.safeParse('2026-02-30T08:00:00Z').success).toBe(false);
  });
});

describe('a wall-clock time', () => {
  it.each(['2026-12-04T18:00', '2026-12-04T18:00:30', '2028-02-29T00:00'])('takes %s', (text) => {
    expect(localTimeSchema.safeParse(text).success).toBe(true);
  });

  it.each(['2026-12-04T18:00Z', '2026-12-04T18:00:00+01:00', '2026-12-04', '2026-02-29T18:00', '2026-12-04T24:00', ''])(
    'refuses %j',
    (text) => {
      expect(localTimeSchema.safeParse(text).success).toBe(false);
    },
  );
});

describe('a version', () => {
  it.each(['3', '3.22', '3.22.1', '3.22.1.65535', '03.22'])('takes %s', (text) => {
    expect(versionSchema.safeParse(text).success).toBe(true);
  });

  it.each(['', '3.22.1.0.0', '3.65536', 'v3', '3.22-beta', '3..1', ' 3', '３.1'])('refuses %j', (text) => {
    expect(versionSchema.safeParse(text).success).toBe(false);
  });
});

describe('an identifier', () => {
  it('tells its kind', () => {
    expect(idSchema('update').safeParse('up_4fk2').success).toBe(true);
    expect(idSchema('update').safeParse('ws_4fk2').success).toBe(false);
    expect(idSchema('update').safeParse('up_').success).toBe(false);
    expect(idSchema('update').safeParse('up_a/../b').success).toBe(false);
  });
});
