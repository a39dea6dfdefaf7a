// What a package does with other versions of its product: the Upgrade table, and what is built on it.
import { malformed } from './installer-error.ts';
import { MAX_FACT_ROWS } from './limits.ts';
import type { LaunchCondition, UpgradeRule } from './installer-facts.ts';
import type { Database } from './database.ts';
import { parseGuid } from './properties.ts';

// Bits of Upgrade.Attributes.
const ONLY_DETECT = 0x002;
const MIN_INCLUSIVE = 0x100;
const MAX_INCLUSIVE = 0x200;
const LANGUAGES_EXCLUDED = 0x400;

/** CustomAction.Type: the kind is the low six bits; 19 ends the installation with a message. */
const KIND_BITS = 0x3f;
const KIND_ERROR = 19;

/** Reads the Upgrade table. Throws `installer.malformed` on a row that says nothing. */
export function readUpgrades(database: Database): UpgradeRule[] {
  const columns = ['UpgradeCode', 'VersionMin', 'VersionMax', 'Language', 'Attributes', 'ActionProperty'];
  return database
    .table('Upgrade')
    .rows(columns, MAX_FACT_ROWS)
    .map(([upgradeCode, minVersion, maxVersion, language, attributes, actionProperty]) => {
      if (typeof attributes !== 'number' || typeof actionProperty !== 'string') {
        throw malformed('Table Upgrade', 'a row is not complete');
      }
      return {
        upgradeCode: parseGuid(text(upgradeCode) ?? '', 'Table Upgrade'),
        minVersion: text(minVersion),
        minInclusive: (attributes & MIN_INCLUSIVE) !== 0,
        maxVersion: text(maxVersion),
        maxInclusive: (attributes & MAX_INCLUSIVE) !== 0,
        languages: (text(language) ?? '').split(',').flatMap((part) => (part.trim() === '' ? [] : [part.trim()])),
        languagesExcluded: (attributes & LANGUAGES_EXCLUDED) !== 0,
        onlyDetect: (attributes & ONLY_DETECT) !== 0,
        actionProperty,
      };
    });
}

/** Reads the conditions on the machine. */
export function readLaunchConditions(database: Database): LaunchCondition[] {
  return database
    .table('LaunchCondition')
    .rows(['Condition', 'Description'], MAX_FACT_ROWS)
    .map(([condition, description]) => ({ condition: text(condition) ?? '', description: text(description) ?? '' }));
}

/** Whether installing removes other versions of the product (a "major upgrade"). */
export function removesOtherVersions(
  database: Database,
  upgrades: readonly UpgradeRule[],
  upgradeCode: string,
): boolean {
  const isRemoved = upgrades.some((rule) => rule.upgradeCode === upgradeCode && !rule.onlyDetect);
  if (!isRemoved) return false;
  for (const action of database.table('InstallExecuteSequence').column('Action')) {
    if (action === 'RemoveExistingProducts') return true;
  }
  return false;
}

/**
 * Whether the package refuses to install over a newer version: it looks for one (a rule of its own upgrade code that
 * only detects and has no upper bound), and what it found ends the installation, by a launch condition or by a custom
 * action that shows an error.
 */
export function blocksDowngrade(
  database: Database,
  upgrades: readonly UpgradeRule[],
  conditions: readonly LaunchCondition[],
  upgradeCode: string,
): boolean {
  const found = new Set(
    upgrades
      .filter((rule) => rule.upgradeCode === upgradeCode && rule.onlyDetect && rule.maxVersion === null)
      .map((rule) => rule.actionProperty),
  );
  if (found.size === 0) return false;
  const mentions = (condition: string): boolean => names(condition).some((name) => found.has(name));
  if (conditions.some(({ condition }) => mentions(condition))) return true;

  const errors = new Set<string>();
  for (const [action, type] of database.table('CustomAction').rows(['Action', 'Type'])) {
    if (typeof action === 'string' && typeof type === 'number' && (type & KIND_BITS) === KIND_ERROR) errors.add(action);
  }
  return ['InstallExecuteSequence', 'InstallUISequence'].some((sequence) =>
    database
      .table(sequence)
      .rows(['Action', 'Condition'])
      .some(([action, condition]) => errors.has(text(action) ?? '') && mentions(text(condition) ?? '')),
  );
}

const names = (condition: string): string[] => condition.match(/[A-Za-z_][A-Za-z0-9_.]*/g) ?? [];

const text = (cell: string | number | null | undefined): string | null =>
  typeof cell === 'string' && cell !== '' ? cell : null;
