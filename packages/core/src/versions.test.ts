// Versions: what is one, how it is written, and that their order is total.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compareThreeFields,
  compareVersions,
  differsOnlyInFourthField,
  isBelow,
  isVersion,
  normalizeVersion,
  parseVersion,
  sameVersion,
  tryVersionFields,
  versionFields,
  versionSortKey,
  windowsInstallerVersionLimits,
} from './versions.ts';

// Small fields beside any field, so that equal and nearly equal versions come up often.
const field = fc.oneof(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 65_535 }));
const fieldText = fc
  .tuple(field, fc.integer({ min: 0, max: 4 }))
  .map(([number, zeros]) => `${'0'.repeat(zeros)}${number}`);
const version = fc.array(fieldText, { minLength: 1, maxLength: 4 }).map((fields) => fields.join('.'));

const invalid = [
  ...[
    '',
    ' ',
    '.',
    '1.',
    '.1',
    '1..2',
    '1.2.3.4.5',
    '1.2.3.4.5.6',
    '1.2.3.4.',
    '3.22-beta',
    'v3',
    '3,22',
    '3.22 ',
    ' 3.22',
    '3.22\n',
  ],
  ...['-1', '+1', '1e3', '0x10', '65536', '1.65536', '1.2.3.99999', '9'.repeat(400), '٣.٢٢', '３.２２', '1.2\u0000'],
];

describe('what is a version', () => {
  it.each(['0', '3', '3.22', '3.22.1', '3.32.0.15', '65535.65535.65535.65535', '003.022', '0'.repeat(100)])(
    'takes %s',
    (text) => {
      expect(isVersion(text)).toBe(true);
      expect(tryVersionFields(text)).toStrictEqual(versionFields(text));
    },
  );

  it.each(invalid)('refuses %j', (text) => {
    expect(isVersion(text)).toBe(false);
    expect(tryVersionFields(text)).toBeNull();
    for (const read of [parseVersion, normalizeVersion, versionSortKey, versionFields, windowsInstallerVersionLimits]) {
      expect(() => read(text)).toThrow(RangeError);
    }
    expect(() => compareVersions(text, '1')).toThrow(RangeError);
    expect(() => compareVersions('1', text)).toThrow(RangeError);
  });

  it('shows no more than the beginning of a long text in its error', () => {
    expect(() => parseVersion('x'.repeat(10_000))).toThrow(/^not a version: "x{80}"$/);
  });

  it('is what the pattern says, with no field above 65535', () => {
    const almost = fc.stringMatching(/^(?:[0-9]{0,6}\.?){0,6}$/);
    fc.assert(
      fc.property(fc.oneof(version, almost, fc.string()), (text) => {
        const isOne = /^[0-9]+(?:\.[0-9]+){0,3}$/.test(text) && text.split('.').every((part) => Number(part) <= 65_535);
        expect(isVersion(text)).toBe(isOne);
      }),
      { numRuns: 300 },
    );
  });

  it('reads any text either as a version or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.stringMatching(/^[0-9.]{0,12}$/)), (text) => {
        if (isVersion(text)) expect(versionFields(text).every((value) => value >= 0 && value <= 65_535)).toBe(true);
        else expect(() => versionFields(text)).toThrow(RangeError);
      }),
    );
  });
});

describe('how a version is written', () => {
  it('is shown without leading zeros and with as many fields as were given', () => {
    expect(parseVersion('03.022.1')).toBe('3.22.1');
    expect(parseVersion('3.22')).toBe('3.22');
    expect(parseVersion('000.0')).toBe('0.0');
  });

  it('has one normal form for all spellings', () => {
    expect(normalizeVersion('3.022')).toBe('3.22.0.0');
    fc.assert(
      fc.property(version, version, (a, b) => {
        expect(normalizeVersion(a) === normalizeVersion(b)).toBe(sameVersion(a, b));
        expect(normalizeVersion(normalizeVersion(a))).toBe(normalizeVersion(a));
        expect(sameVersion(parseVersion(a), a)).toBe(true);
      }),
    );
  });
});

describe('the order of versions', () => {
  it.each([
    ['3.9.0', '3.10.0', -1],
    ['3.22', '3.22.0.0', 0],
    ['3.022.1', '3.22.1', 0],
    ['3.32.0.15', '3.32.0.7', 1],
    ['2.65535.65535.65535', '3', -1],
  ] as const)('compares %s with %s by number: %i', (a, b, order) => {
    expect(compareVersions(a, b)).toBe(order);
  });

  it('is total: reflexive, antisymmetric, transitive', () => {
    fc.assert(
      fc.property(version, version, version, (a, b, c) => {
        expect(compareVersions(a, a)).toBe(0);
        expect(compareVersions(a, b) + compareVersions(b, a)).toBe(0);
        const [low, middle, high] = [a, b, c].sort(compareVersions) as [string, string, string];
        expect(compareVersions(low, middle)).toBeLessThanOrEqual(0);
        expect(compareVersions(middle, high)).toBeLessThanOrEqual(0);
        expect(compareVersions(low, high)).toBeLessThanOrEqual(0);
      }),
      { numRuns: 500 },
    );
  });

  it('is the order of the sort keys, which have one width', () => {
    expect(versionSortKey('3.22.1')).toBe('00003.00022.00001.00000');
    fc.assert(
      fc.property(version, version, (a, b) => {
        const [keyA, keyB] = [versionSortKey(a), versionSortKey(b)];
        expect(keyA).toHaveLength(23);
        expect(keyA < keyB ? -1 : keyA > keyB ? 1 : 0).toBe(compareVersions(a, b));
      }),
      { numRuns: 500 },
    );
  });

  it('agrees with "same", "below" and "only in the fourth field"', () => {
    fc.assert(
      fc.property(version, version, (a, b) => {
        const order = compareVersions(a, b);
        expect(sameVersion(a, b)).toBe(order === 0);
        expect(isBelow(a, b)).toBe(order < 0);
        expect(differsOnlyInFourthField(a, b)).toBe(order !== 0 && compareThreeFields(a, b) === 0);
      }),
    );
  });

  it('has no place for what is no version', () => {
    for (const text of invalid) {
      expect(sameVersion(text, text)).toBe(false);
      expect(sameVersion(text, '1')).toBe(false);
      expect(isBelow(text, '65535')).toBe(false);
      expect(isBelow('1', text)).toBe(false);
      expect(differsOnlyInFourthField(text, '1')).toBe(false);
    }
  });

  it('tells a difference that Windows Installer does not see', () => {
    expect(differsOnlyInFourthField('3.32.0.7', '3.32.0.15')).toBe(true);
    expect(differsOnlyInFourthField('3.32', '3.32.0.1')).toBe(true);
    expect(differsOnlyInFourthField('3.32.1.7', '3.32.0.7')).toBe(false);
    expect(differsOnlyInFourthField('3.32.0.7', '3.32.0.07')).toBe(false);
  });
});

describe('the limits of Windows Installer', () => {
  it.each([
    ['255.255.65535', []],
    ['3.22.1.0', []],
    ['256.0.0', ['major-above-255']],
    ['3.256', ['minor-above-255']],
    ['3.22.1.1', ['fourth-field-ignored']],
    ['2026.300.1.9', ['major-above-255', 'minor-above-255', 'fourth-field-ignored']],
  ])('finds in %s: %j', (text, limits) => {
    expect(windowsInstallerVersionLimits(text)).toStrictEqual(limits);
  });
});
