// The closed lists: codes, event types, roles. What outside programs rely on is spelled out here.
import { describe, expect, it } from 'vitest';
import { eventTypeNames, eventTypes } from './event-types.ts';
import { problemCodes } from './problem.ts';
import { problemKinds, type ProblemKind } from './problem-codes.ts';
import { includesRole, isPermitted, permissions, roles, type Permission } from './roles.ts';
import { startCodeNumbers, startCodes } from './start-codes.ts';

describe('start codes', () => {
  it('keep their numbers and exit statuses', () => {
    expect(Object.fromEntries(startCodeNumbers.map((code) => [code, startCodes[code].exitStatus]))).toEqual({
      1002: 10,
      1004: 12,
      1005: 12,
      1008: 11,
      2028: 28,
      2029: 28,
      2030: 20,
      2031: 40,
      2040: 30,
      2041: 30,
      2042: 30,
      2043: 30,
      2044: 30,
      2045: 0,
      2046: 30,
    });
  });
});

describe('event types', () => {
  it('keep the syslog numbers of the original product, each once', () => {
    const numbers = eventTypeNames.map((name) => eventTypes[name]).filter((number) => number !== null);
    expect([...numbers].sort((a, b) => a - b)).toEqual([45, 46, 47, 48, 49, 60, 61, 72, 73, 74, 75]);
  });

  it('are written as object and what happened to it', () => {
    for (const name of eventTypeNames) expect(name).toMatch(/^[a-z]+\.[a-z-]+$/);
  });
});

describe('problems', () => {
  it('have a status of an error and a title', () => {
    for (const code of problemCodes) {
      expect(problemKinds[code].status).toBeGreaterThanOrEqual(400);
      expect(problemKinds[code].title).not.toBe('');
    }
  });

  it('carry the number of a refusal to workstations', () => {
    const numbered = problemCodes.flatMap((code) => {
      const kind: ProblemKind = problemKinds[code];
      return kind.number === undefined ? [] : [[code, kind.number]];
    });
    expect(Object.fromEntries(numbered)).toEqual({
      'workstation.key-invalid': 1004,
      'workstation.proof-invalid': 1004,
      'workstation.not-activated': 1005,
      'workstation.pending': 1002,
      'workstation.disabled': 1008,
    });
  });
});

describe('roles', () => {
  it('let everyone read and only owners manage accounts', () => {
    expect(roles.filter((role) => isPermitted(role, 'read'))).toEqual([...roles]);
    expect(roles.filter((role) => isPermitted(role, 'accounts.manage'))).toEqual(['owner']);
  });

  it('let an owner do everything', () => {
    for (const permission of Object.keys(permissions) as Permission[]) {
      expect(isPermitted('owner', permission)).toBe(true);
    }
  });

  it('include each other as their permissions do', () => {
    const included = roles.map((role) => [role, roles.filter((other) => includesRole(role, other))]);
    expect(Object.fromEntries(included)).toEqual({
      viewer: ['viewer'],
      operator: ['viewer', 'operator'],
      approver: ['viewer', 'approver'],
      owner: ['viewer', 'operator', 'approver', 'owner'],
    });
  });

  it('keep deciding on installers and running updates apart', () => {
    expect(isPermitted('operator', 'installers.decide')).toBe(false);
    expect(isPermitted('approver', 'updates.manage')).toBe(false);
  });
});
