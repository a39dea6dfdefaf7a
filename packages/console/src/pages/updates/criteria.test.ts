// The criteria form: what it holds, what it lacks, what it sends.
import { describe, expect, it } from 'vitest';
import { emptyCriteria, missing, toInstant, toPatch, toRequest, toWallTime } from './criteria.ts';

const base = { ...emptyCriteria('America/Sao_Paulo'), product: 'pr_1', version: '3.23.0' };

describe('the criteria', () => {
  it('say what is missing, in the order of the form', () => {
    expect(missing(emptyCriteria('UTC'))).toBe('product');
    expect(missing({ ...base, version: '' })).toBe('version');
    expect(missing({ ...base, cutoff: 'zone' })).toBe('cutoffTime');
    expect(missing({ ...base, start: 'later' })).toBe('startTime');
    const times = { cutoff: 'zone', start: 'later', startTime: '2030-12-01T18:00' } as const;
    expect(missing({ ...base, ...times, cutoffTime: '2030-12-01T18:00' })).toBe('cutoffAfterStart');
    expect(missing({ ...base, ...times, cutoffTime: '2030-12-01T18:01' })).toBeNull();
    expect(missing(base)).toBeNull();
  });

  it('send a cut-off of a named zone as an instant', () => {
    const request = toRequest({ ...base, cutoff: 'zone', cutoffTime: '2026-12-01T18:00' });
    expect(request).toMatchObject({ cutoffAt: '2026-12-01T21:00:00.000Z' });
    expect(request).not.toHaveProperty('cutoffLocal');
  });

  it('send a cut-off in workstation time as it was written', () => {
    const request = toRequest({ ...base, cutoff: 'workstation', cutoffTime: '2026-12-01T18:00' });
    expect(request).toMatchObject({ cutoffLocal: '2026-12-01T18:00' });
    expect(request).not.toHaveProperty('cutoffAt');
  });

  it('send no cut-off with a mandatory update, whatever the form still holds', () => {
    const mandatory = {
      ...base,
      requirement: 'mandatory' as const,
      cutoff: 'zone' as const,
      cutoffTime: '2026-12-01T18:00',
    };
    expect(toRequest(mandatory)).not.toHaveProperty('cutoffAt');
    expect(missing(mandatory)).toBeNull();
  });

  it('take a cut-off back in a draft by sending null', () => {
    expect(toPatch(base)).toMatchObject({ cutoffAt: null, cutoffLocal: null, startsAt: null });
  });

  it('turn an instant into a zone’s wall time and back', () => {
    const wall = toWallTime('2026-12-01T21:00:00.000Z', 'America/Sao_Paulo');
    expect(wall).toBe('2026-12-01T18:00');
    expect(toInstant(wall, 'America/Sao_Paulo')).toBe('2026-12-01T21:00:00.000Z');
    expect(toInstant('', 'UTC')).toBeNull();
  });
});
