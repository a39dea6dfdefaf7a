// What merging may change in a signed policy, and what not.
import { describe, expect, it } from 'vitest';
import { mergePolicy } from './merge-policy.ts';
import type { Pass, Policy } from './policy.ts';

const policy: Policy = {
  protocol: 1,
  workstation: { id: 'ws_1', status: 'authorized' },
  product: { id: 'pr_1', name: 'Contoso Agent', enforcement: 'enforce', unknownVersions: 'allow' },
  known: ['3.22.1'],
  prohibited: [{ version: '3.21.4', reason: 'crashes on logon' }],
  assignment: null,
  pass: null,
  offline: { graceHours: 72, then: 'run' },
  log: { seq: 1, hash: '0' },
  issuedAt: '2026-12-01T08:00:00.000Z',
  nonce: 'n',
};
const early: Pass = { until: '2026-12-01T12:00:00.000Z', reason: 'early' };
// Later as an instant, earlier as a text.
const late: Pass = { until: '2026-12-01T11:00:00.000-03:00', reason: 'late' };
const unreadable: Pass = { until: '2026-12-99', reason: 'unreadable' };

describe('merging into a policy', () => {
  it('adds prohibitions and keeps those that are there', () => {
    const added = { below: '3.20.0', reason: 'old' };
    expect(mergePolicy(policy, { prohibited: [added], pass: null })).toStrictEqual({
      ...policy,
      prohibited: [...policy.prohibited, added],
    });
  });

  it('lifts nothing where the catalogue prohibits nothing', () => {
    expect(mergePolicy(policy, { prohibited: [], pass: null })).toStrictEqual(policy);
  });

  it.each([
    ['no pass', null, null, null],
    ['the signed one alone', early, null, early],
    ['the typed one alone', null, late, late],
    ['the later one, if typed', early, late, late],
    ['the later one, if signed', late, early, late],
    ['the signed one of two that end together', early, { ...early, reason: 'typed' }, early],
    ['the signed one where the typed one can not be read', early, unreadable, early],
    ['the typed one where the signed one can not be read', unreadable, early, early],
  ])('takes %s', (_name, signed, typed, expected) => {
    expect(mergePolicy({ ...policy, pass: signed }, { prohibited: [], pass: typed }).pass).toStrictEqual(expected);
  });
});
