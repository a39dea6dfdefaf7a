// Enforcement, where its suspension has an end.
import { describe, expect, it } from 'vitest';
import { effectiveEnforcement } from './effective-enforcement.ts';

const now = '2026-12-01T09:00:00.000Z';

describe('enforcement', () => {
  it.each([
    ['enforce', null, 'enforce'],
    ['enforce', '2026-12-02T00:00:00.000Z', 'enforce'],
    ['observe', null, 'observe'],
    ['observe', undefined, 'observe'],
    ['observe', '2026-12-01T09:00:00.001Z', 'observe'],
    ['observe', now, 'enforce'],
    ['observe', '2026-12-01T09:00:00.000-03:00', 'observe'],
    ['observe', 'friday', 'enforce'],
  ] as const)('set to %s until %s is %s', (set, until, effective) => {
    expect(effectiveEnforcement(set, until, now)).toBe(effective);
  });

  it('holds where the time can not be read', () => {
    expect(effectiveEnforcement('observe', '2026-12-02T00:00:00.000Z', '?')).toBe('enforce');
  });
});
