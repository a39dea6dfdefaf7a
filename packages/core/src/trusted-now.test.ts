// The time to decide by, online and offline, on machines whose clock was set back, forward, or was never right.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trustedNow, type TimeSources } from './trusted-now.ts';

const offline: TimeSources = {
  online: false,
  issuedAt: '2026-12-01T08:00:00.000Z',
  machineClock: '2026-12-01T09:00:00.000Z',
  sincePolicyMs: 1_800_000,
  greatestUsed: '2026-12-01T08:45:00.000Z',
};

describe('trusted time', () => {
  it.each([
    ['online, the server’s', { online: true }, '2026-12-01T08:00:00.000Z'],
    ['offline, the machine’s clock', {}, '2026-12-01T09:00:00.000Z'],
    [
      'clock set back: what has passed',
      { machineClock: '2020-01-01T00:00:00Z', greatestUsed: null },
      '2026-12-01T08:30:00.000Z',
    ],
    ['clock set back: the greatest used', { machineClock: '2020-01-01T00:00:00Z' }, '2026-12-01T08:45:00.000Z'],
    [
      'clock set back and restarted, nothing kept: the policy’s',
      { machineClock: '2020-01-01T00:00:00Z', sincePolicyMs: null, greatestUsed: null },
      '2026-12-01T08:00:00.000Z',
    ],
    [
      'a negative span takes nothing away',
      { machineClock: '2020-01-01T00:00:00Z', sincePolicyMs: -9e9, greatestUsed: null },
      '2026-12-01T08:00:00.000Z',
    ],
    [
      'what can not be read counts for nothing',
      { machineClock: '?', sincePolicyMs: NaN, greatestUsed: '' },
      '2026-12-01T08:00:00.000Z',
    ],
    ['offsets are instants', { machineClock: '2026-12-01T09:00:00-03:00' }, '2026-12-01T12:00:00.000Z'],
  ] satisfies [string, Partial<TimeSources>, string][])('%s', (_name, change, now) => {
    expect(trustedNow({ ...offline, ...change })).toBe(now);
  });

  it('has no value without any source', () => {
    expect(() => trustedNow({ ...offline, online: true, issuedAt: '' })).toThrow(RangeError);
    expect(() => trustedNow({ ...offline, issuedAt: '', machineClock: '', greatestUsed: null })).toThrow(RangeError);
  });

  it('never goes back from start to start offline, wherever the clock is set', () => {
    const clocks = fc.array(
      fc.tuple(fc.integer({ min: 0, max: Date.UTC(2030, 0, 1) }), fc.option(fc.nat(10_000_000))),
      { minLength: 1, maxLength: 6 },
    );
    fc.assert(
      fc.property(clocks, (starts) => {
        let greatestUsed: string | null = null;
        for (const [clock, sincePolicyMs] of starts) {
          const machineClock = new Date(clock).toISOString();
          const now = trustedNow({ ...offline, machineClock, sincePolicyMs, greatestUsed });
          expect(now >= (greatestUsed ?? offline.issuedAt)).toBe(true);
          expect(now >= machineClock).toBe(true);
          greatestUsed = now;
        }
      }),
    );
  });
});
