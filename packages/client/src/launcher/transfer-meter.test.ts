// Tests of the estimate of a download: calm, quick to notice a change, never nonsense.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { TransferMeter } from './transfer-meter.ts';

describe('the estimate of a download', () => {
  it('says nothing in the first second, and then how fast it goes and how long it takes', () => {
    const meter = new TransferMeter();
    expect(meter.measure(0, 1000, 0)).toBeNull();
    expect(meter.measure(90, 1000, 900)).toBeNull();
    expect(meter.measure(200, 1000, 2_000)).toEqual({ bytesPerSecond: 100, secondsLeft: 8 });
  });

  it('goes by the last seconds', () => {
    const meter = new TransferMeter();
    for (let second = 0; second <= 10; second += 1) meter.measure(second * 1_000, 1e6, second * 1_000);
    for (let second = 11; second <= 16; second += 1) meter.measure(10_000 + (second - 10) * 10, 1e6, second * 1_000);
    expect(meter.measure(10_070, 1e6, 17_000)).toMatchObject({ bytesPerSecond: 10 });
  });

  it('has no end where nothing comes any more, and begins anew with the download', () => {
    const meter = new TransferMeter();
    meter.measure(500, 1_000, 0);
    expect(meter.measure(500, 1_000, 6_000)).toEqual({ bytesPerSecond: 0, secondsLeft: null });
    expect(meter.measure(0, 1_000, 7_000)).toBeNull();
  });

  it('is never negative, whatever comes', () => {
    const steps = fc.array(fc.tuple(fc.nat(10_000), fc.nat(3_000)), { maxLength: 40 });
    fc.assert(
      fc.property(steps, (changes) => {
        const meter = new TransferMeter();
        let atMs = 0;
        for (const [bytes, ms] of changes) {
          atMs += ms;
          const estimate = meter.measure(bytes, 10_000, atMs);
          if (estimate === null) continue;
          expect(estimate.bytesPerSecond).toBeGreaterThanOrEqual(0);
          expect(estimate.secondsLeft ?? 0).toBeGreaterThanOrEqual(0);
        }
      }),
    );
  });
});
