// The first steps: each is ticked off once it is done, and not before.
import { describe, expect, it } from 'vitest';
import type { Overview } from '../../api/types.ts';
import { steps, stepsDone } from './steps.ts';

const nothing = {
  installers: { total: 0, approved: 0 },
  installationKeys: 0,
  workstations: { total: 0, authorized: 0 },
  running: [],
} as unknown as Overview;

const next = (overview: Overview) => steps.find((step) => !stepsDone(overview)[step]);

describe('the first steps', () => {
  const approved = { ...nothing, installers: { ...nothing.installers, total: 1, approved: 1 } };

  it('begin with the upload', () => {
    expect(next(nothing)).toBe('upload');
  });

  it('stay at the key until a machine was activated with it', () => {
    expect(next({ ...approved, installationKeys: 1 })).toBe('key');
    const workstations = { ...nothing.workstations, total: 1 };
    expect(next({ ...approved, installationKeys: 1, workstations })).toBe('authorize');
  });
});
