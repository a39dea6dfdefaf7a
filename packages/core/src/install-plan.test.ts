// From what is installed to the target: every kind of way, and its way back.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planInstall, type InstalledProduct, type PlanStep } from './install-plan.ts';
import { compareThreeFields, isVersion } from './versions.ts';

const target = { productCode: '{T}', version: '3.23.0', file: 'agent-3.23.0.msi' };

function product(productCode: string, version: string, cachedFile: string | null = `cached-${version}.msi`) {
  return { productCode, version, cachedFile };
}
/** A plan in a line, so that a test shows it whole. */
function told(steps: readonly PlanStep[]): string[] {
  return steps.map((step) =>
    step.do === 'install'
      ? `${step.properties.REINSTALL === undefined ? 'install' : 'reinstall'} ${step.productCode} ${step.file}`
      : `${step.do} ${step.productCode}`,
  );
}
function way(...installed: InstalledProduct[]) {
  const { kind, steps, wayBack, noWayBack } = planInstall(target, installed);
  return { kind, steps: told(steps), wayBack: told(wayBack), noWayBack };
}

describe('the plan', () => {
  it('installs where nothing is installed', () => {
    expect(planInstall(target, [])).toStrictEqual({
      kind: 'install',
      present: null,
      steps: [{ do: 'install', productCode: '{T}', version: '3.23.0', file: 'agent-3.23.0.msi', properties: {} }],
      wayBack: [],
      noWayBack: false,
    });
  });

  it.each(['3.22.1', '3.23.0', '3.22.65535.9', 'unreadable'])(
    'reinstalls over the same ProductCode at %s',
    (version) => {
      const same = product('{t}', version, null);
      expect(planInstall(target, [same])).toStrictEqual({
        kind: 'reinstall',
        present: same,
        steps: [
          {
            do: 'install',
            productCode: '{T}',
            version: '3.23.0',
            file: 'agent-3.23.0.msi',
            properties: { REINSTALL: 'ALL', REINSTALLMODE: 'vomus' },
          },
        ],
        wayBack: [],
        noWayBack: false,
      });
    },
  );

  it('upgrades from a lower version with another ProductCode, then sees that it is gone', () => {
    expect(way(product('{A}', '3.22.1'))).toStrictEqual({
      kind: 'major-upgrade',
      steps: ['install {T} agent-3.23.0.msi', 'verify-gone {A}'],
      wayBack: [],
      noWayBack: false,
    });
  });

  it.each([
    ['a higher version', '3.24.0'],
    ['one that is higher in the fourth field alone', '3.23.0.15'],
    ['the same version in another package', '3.23'],
    ['a version that can not be read', '3.23-beta'],
  ])('removes %s first, and can put it back', (_name, version) => {
    expect(way(product('{A}', version))).toStrictEqual({
      kind: 'replace',
      steps: ['remove {A}', 'verify-gone {A}', 'install {T} agent-3.23.0.msi'],
      wayBack: [`install {A} cached-${version}.msi`],
      noWayBack: false,
    });
  });

  it('removes first what is lower in the fourth field alone: Windows Installer would not see it', () => {
    const { kind, steps } = planInstall({ ...target, version: '3.23.0.15' }, [product('{A}', '3.23.0.7')]);
    expect([kind, told(steps)[0]]).toStrictEqual(['replace', 'remove {A}']);
  });

  it('removes first the same ProductCode at a higher version', () => {
    expect(way(product('{T}', '3.24.0'))).toStrictEqual({
      kind: 'replace',
      steps: ['remove {T}', 'verify-gone {T}', 'install {T} agent-3.23.0.msi'],
      wayBack: ['install {T} cached-3.24.0.msi'],
      noWayBack: false,
    });
  });

  it('says when there is no way back', () => {
    expect(way(product('{A}', '3.24.0', null))).toMatchObject({ kind: 'replace', wayBack: [], noWayBack: true });
  });

  it('counts the highest of several as the present one', () => {
    const several = [product('{A}', '3.9.0'), product('{B}', '3.22.1'), product('{C}', 'unreadable')];
    expect(planInstall(target, several).present?.productCode).toBe('{B}');
    expect(planInstall(target, several.toReversed()).present?.productCode).toBe('{B}');
  });

  it('removes of several only what stands in the way, and sees that all the others are gone', () => {
    expect(way(product('{A}', '3.9.0'), product('{B}', '3.24.0'), product('{C}', '3.25.0', null))).toStrictEqual({
      kind: 'replace',
      steps: [
        'remove {B}',
        'verify-gone {B}',
        'remove {C}',
        'verify-gone {C}',
        'install {T} agent-3.23.0.msi',
        'verify-gone {A}',
      ],
      wayBack: ['install {B} cached-3.24.0.msi'],
      noWayBack: true,
    });
  });

  it('reinstalls the target where it stays beside what is removed', () => {
    expect(way(product('{T}', '3.23.0'), product('{B}', '3.24.0')).steps).toStrictEqual([
      'remove {B}',
      'verify-gone {B}',
      'reinstall {T} agent-3.23.0.msi',
    ]);
  });

  it('refuses a target that is no version', () => {
    expect(() => planInstall({ ...target, version: 'latest' }, [])).toThrow(RangeError);
  });

  it('never removes after it has installed, and installs the target exactly once', () => {
    const anyProduct = fc.record({
      productCode: fc.constantFrom('{A}', '{B}', '{T}'),
      version: fc.constantFrom('3.22.1', '3.23.0', '3.23.0.7', '3.24', 'beta'),
      cachedFile: fc.option(fc.constant('cached.msi')),
    });
    fc.assert(
      fc.property(fc.uniqueArray(anyProduct, { selector: (one) => one.productCode, maxLength: 3 }), (installed) => {
        const { steps, kind, noWayBack, wayBack } = planInstall(target, installed);
        const installs = steps.flatMap((step, index) => (step.do === 'install' ? [index] : []));
        const removed = steps.flatMap((step) => (step.do === 'remove' ? [step.productCode] : []));
        expect(installs).toHaveLength(1);
        expect(steps.findLastIndex((step) => step.do === 'remove')).toBeLessThan(installs[0]!);
        expect(kind === 'replace').toBe(removed.length > 0);
        expect(wayBack.length === removed.length).toBe(!noWayBack);
        // What is left to an upgrade is what Windows Installer finds for it.
        for (const { productCode, version } of installed) {
          if (productCode === '{T}' || removed.includes(productCode)) continue;
          expect(isVersion(version) && compareThreeFields(version, target.version) < 0).toBe(true);
        }
      }),
    );
  });
});
