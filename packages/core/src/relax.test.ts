// When a requirement rests.
import { describe, expect, it } from 'vitest';
import { relaxedUntil } from './relax.ts';

const at = '2026-12-01T09:00:00.000Z';

describe('an update that keeps failing', () => {
  it('stands under hold, however often it fails', () => {
    expect(relaxedUntil('hold', 99, at)).toBeNull();
  });

  it('stands under relax until the third failed attempt', () => {
    expect([0, 1, 2].map((attempts) => relaxedUntil('relax', attempts, at))).toStrictEqual([null, null, null]);
  });

  it('rests for 24 hours after the third and each later one', () => {
    expect(relaxedUntil('relax', 3, at)).toBe('2026-12-02T09:00:00.000Z');
    expect(relaxedUntil('relax', 4, '2026-12-03T06:00:00-03:00')).toBe('2026-12-04T09:00:00.000Z');
  });

  it('refuses a time that can not be read', () => {
    expect(() => relaxedUntil('relax', 3, 'yesterday')).toThrow(RangeError);
  });
});
