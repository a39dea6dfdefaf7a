// What holds for every policy and every start, beyond the single cases of the vectors.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decide, isProhibited } from './decide.ts';
import { mergePolicy } from './merge-policy.ts';
import type { Facts, Policy, PolicyAssignment, Reason, VerdictCode } from './policy.ts';

// Few values, so that equal versions and instants, and the edges between them, come up often.
const versionText = fc.constantFrom(
  '3.21',
  '3.21.0',
  '3.22.1',
  '3.022.1.0',
  '3.22.1.1',
  '3.23.0',
  '3.10.0',
  'beta',
  '',
);
const instantText = fc
  .integer({ min: 0, max: 12 })
  .map((hours) => new Date(Date.UTC(2026, 11, 1) + hours * 3_600_000).toISOString());
const strangeInstant = fc.oneof(instantText, fc.constantFrom('', 'now', '2026-12-01', '2026-99-01T00:00:00Z'));

const prohibition = fc.oneof(
  fc.record({ version: versionText, reason: fc.constant('x') }),
  fc.record({ below: versionText, reason: fc.constant('x') }),
);

function policyWith(instant: fc.Arbitrary<string>): fc.Arbitrary<Policy> {
  const assignment = fc.record({
    updateId: fc.constant('up_1'),
    target: versionText.map((version) => ({
      version,
      installerId: 'in_1',
      path: 'installers/x.msi',
      sha256: '0'.repeat(64),
      size: 1000,
      productCode: '{199B173A-518C-4FBE-B4F4-6BB2521AFE58}',
      upgradeCode: '{AAAAAAAA-1111-2222-3333-444444444444}',
      architecture: 'x64',
    })),
    requirement: fc.constantFrom('mandatory' as const, 'optional' as const),
    cutoffAt: fc.option(instant),
    startsAt: fc.option(instant),
    relaxedUntil: fc.option(instant),
    releaseNotes: fc.constant(null),
    deferral: fc.constant(null),
  });
  return fc.record({
    protocol: fc.constant(1 as const),
    workstation: fc.record({
      id: fc.constant('ws_1'),
      status: fc.constantFrom('authorized' as const, 'authorized' as const, 'pending' as const, 'disabled' as const),
    }),
    product: fc.record({
      id: fc.constant('pr_1'),
      name: fc.constant('Contoso Agent'),
      enforcement: fc.constantFrom('enforce' as const, 'observe' as const),
      enforcementUntil: fc.oneof(fc.constant(undefined), fc.option(instant)),
      unknownVersions: fc.constantFrom('allow' as const, 'block' as const),
    }),
    known: fc.array(versionText, { maxLength: 3 }),
    prohibited: fc.array(prohibition, { maxLength: 2 }),
    assignment: fc.option(assignment, { freq: 4 }),
    pass: fc.option(instant.map((until) => ({ until, reason: 'x' }))),
    offline: fc.record({
      graceHours: fc.constantFrom(0, 3, 72),
      then: fc.constantFrom('run' as const, 'block' as const),
    }),
    log: fc.constant({ seq: 1, hash: '0' }),
    issuedAt: instant,
    nonce: fc.constant('n'),
  });
}

function factsWith(instant: fc.Arbitrary<string>): fc.Arbitrary<Facts> {
  return fc.record({
    installedVersion: fc.option(versionText, { freq: 6 }),
    now: instant,
    online: fc.boolean(),
    targetOnDisk: fc.boolean(),
  });
}

const policies = policyWith(instantText);
const facts = factsWith(instantText);
const runs = { numRuns: 2_000 };

const enforced = (policy: Policy): Policy => ({ ...policy, product: { ...policy.product, enforcement: 'enforce' } });
const observed = (policy: Policy): Policy => ({
  ...policy,
  product: { ...policy.product, enforcement: 'observe', enforcementUntil: null },
});
const withAssignment = (policy: Policy, change: Partial<PolicyAssignment>): Policy =>
  policy.assignment === null ? policy : { ...policy, assignment: { ...policy.assignment, ...change } };
const refuses = (action: string) => action === 'block' || action === 'require';

const codesOf: Readonly<Partial<Record<Reason, VerdictCode>>> = {
  'workstation-pending': 1002,
  'workstation-disabled': 1008,
  'version-prohibited': 2028,
  'version-unknown': 2029,
  'policy-expired': 2031,
};

describe('every verdict', () => {
  it('names a target exactly where there is something to install', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const verdict = decide(policy, known);
        const installs = verdict.action === 'offer' || verdict.action === 'require';
        expect(verdict.target).toBe(installs ? policy.assignment?.target.version : null);
      }),
      runs,
    );
  });

  it('shows a cut-off only for the reasons that speak of one', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const { reason, cutoffAt } = decide(policy, known);
        const shows = reason === 'optional-update' || reason === 'cutoff-passed';
        expect(cutoffAt).toBe(shows ? policy.assignment?.cutoffAt : null);
      }),
      runs,
    );
  });

  it('carries the code of its reason, and none where nothing is refused', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const { action, code, reason } = decide(policy, known);
        const missing = reason === 'not-installed' && action === 'block' ? 2030 : null;
        expect(code).toBe(refuses(action) ? (codesOf[reason] ?? missing) : null);
      }),
      runs,
    );
  });

  it('depends on the policy and the facts alone, and changes neither', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const before = structuredClone({ policy, known });
        const first = decide(policy, known);
        expect(decide(structuredClone(policy), structuredClone(known))).toStrictEqual(first);
        expect({ policy, known }).toEqual(before);
      }),
    );
  });

  it('is given whatever the instants and versions look like', () => {
    fc.assert(
      fc.property(policyWith(strangeInstant), factsWith(strangeInstant), (policy, known) => {
        expect(['run', 'offer', 'require', 'block']).toContain(decide(policy, known).action);
      }),
      runs,
    );
  });
});

describe('a refusal', () => {
  it('always meets a disabled workstation', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const disabled: Policy = { ...policy, workstation: { id: 'ws_1', status: 'disabled' } };
        expect(decide(disabled, known)).toMatchObject({ action: 'block', code: 1008, observed: null });
      }),
    );
  });

  it('always meets a pending workstation under enforce, pass or not', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const pending: Policy = { ...enforced(policy), workstation: { id: 'ws_1', status: 'pending' } };
        expect(decide(pending, known)).toMatchObject({ action: 'block', code: 1002 });
      }),
    );
  });

  it('always meets a prohibited version under enforce without a pass', () => {
    let seen = 0;
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        if (known.installedVersion === null || !isProhibited(policy.prohibited, known.installedVersion)) return;
        seen += 1;
        expect(refuses(decide({ ...enforced(policy), pass: null }, known).action)).toBe(true);
      }),
      runs,
    );
    expect(seen).toBeGreaterThan(100);
  });

  it('is lifted from a prohibited version by nothing that the workstation can choose', () => {
    fc.assert(
      fc.property(policies, facts, facts, (policy, known, other) => {
        if (known.installedVersion === null || !isProhibited(policy.prohibited, known.installedVersion)) return;
        const later = { ...other, installedVersion: known.installedVersion };
        expect(refuses(decide({ ...enforced(policy), pass: null }, later).action)).toBe(true);
      }),
      runs,
    );
  });

  it('meets nobody whose product is observed, but a disabled workstation and one with nothing to start', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const verdict = decide(observed(policy), known);
        expect(verdict.action).not.toBe('require');
        if (verdict.action !== 'block') return;
        expect(verdict.code === 1008 || known.installedVersion === null).toBe(true);
      }),
      runs,
    );
  });

  it('is shown under observe as enforce would have given it', () => {
    fc.assert(
      fc.property(policies, facts, (policy, known) => {
        const seen = decide(observed(policy), known);
        const { action, code, reason, ...rest } = decide(enforced(policy), known);
        expect(seen.reason).toBe(reason);
        if (seen.observed === null) expect(seen).toStrictEqual({ action, code, reason, ...rest });
        else expect(seen.observed).toStrictEqual({ action, code, reason });
      }),
      runs,
    );
  });
});

describe('as time passes, with one policy under enforce and facts that stay', () => {
  it('a requirement stays one, or becomes the refusal of an expired policy', () => {
    let seen = 0;
    fc.assert(
      fc.property(policies, facts, instantText, (policy, known, instant) => {
        const [now, later] = [known.now, instant].sort() as [string, string];
        const first = decide(enforced(policy), { ...known, now });
        if (first.action !== 'require') return;
        seen += 1;
        const second = decide(enforced(policy), { ...known, now: later });
        if (second.action === 'block') expect(second.code).toBe(2031);
        else expect(second).toMatchObject({ action: 'require', target: first.target, code: first.code });
      }),
      runs,
    );
    expect(seen).toBeGreaterThan(100);
  });

  it('what is refused stays refused', () => {
    fc.assert(
      fc.property(policies, facts, instantText, (policy, known, instant) => {
        const [now, later] = [known.now, instant].sort() as [string, string];
        const first = decide(enforced(policy), { ...known, now });
        const second = decide(enforced(policy), { ...known, now: later });
        if (refuses(first.action)) expect(refuses(second.action)).toBe(true);
      }),
      runs,
    );
  });
});

describe('an instant that can not be read', () => {
  const unreadable = fc.constantFrom('', 'unreadable', '2026-12-01', '2026-12-01T12:00:00', '2026-02-30T00:00:00Z');

  it.each([
    ['now', (policy: Policy) => policy],
    ['the end of a pass', (policy, text) => ({ ...policy, pass: policy.pass && { ...policy.pass, until: text } })],
    ['the time of issue', (policy, text) => ({ ...policy, issuedAt: text })],
    ['a start', (policy, text) => withAssignment(policy, { startsAt: text })],
    ['a cut-off', (policy, text) => withAssignment(policy, { cutoffAt: text })],
    ['the end of a relaxation', (policy, text) => withAssignment(policy, { relaxedUntil: text })],
  ] satisfies [string, (policy: Policy, text: string) => Policy][])('makes no start easier: %s', (name, change) => {
    fc.assert(
      fc.property(policies, facts, unreadable, (policy, known, text) => {
        const whole = decide(enforced(policy), known);
        const broken = decide(change(enforced(policy), text), name === 'now' ? { ...known, now: text } : known);
        if (refuses(whole.action)) expect(refuses(broken.action)).toBe(true);
      }),
    );
  });

  it('ends a suspension of enforcement', () => {
    fc.assert(
      fc.property(policies, facts, unreadable, (policy, known, enforcementUntil) => {
        const suspended: Policy = {
          ...policy,
          product: { ...policy.product, enforcement: 'observe', enforcementUntil },
        };
        expect(decide(suspended, known)).toStrictEqual(decide(enforced(policy), known));
      }),
    );
  });
});

describe('prohibitions of the catalogue', () => {
  const added = fc.array(prohibition, { minLength: 1, maxLength: 2 });

  it('refuse the version that they name, whatever the policy says, but for a pass', () => {
    fc.assert(
      fc.property(policies, facts, added, (policy, known, prohibited) => {
        if (known.installedVersion === null || !isProhibited(prohibited, known.installedVersion)) return;
        const merged = decide(mergePolicy(enforced(policy), { prohibited, pass: null }), known);
        if (merged.reason !== 'pass') expect(refuses(merged.action)).toBe(true);
      }),
      runs,
    );
  });

  it('lift no refusal, unless they take away the update that was required', () => {
    fc.assert(
      fc.property(policies, facts, added, (policy, known, prohibited) => {
        const alone = decide(enforced(policy), known);
        if (!refuses(alone.action) || (alone.target !== null && isProhibited(prohibited, alone.target))) return;
        const merged = decide(mergePolicy(enforced(policy), { prohibited, pass: null }), known);
        expect(refuses(merged.action)).toBe(true);
      }),
      runs,
    );
  });
});
