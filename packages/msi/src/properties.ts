// The values of the Property table that every package must have, each checked once.
import { malformed } from './installer-error.ts';
import type { InstallerWarning } from './installer-facts.ts';
import type { Database } from './database.ts';

const MAX_NAME_LENGTH = 1024;
const GUID = /^\{[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\}$/;
const VERSION = /^\d{1,5}(?:\.\d{1,5}){0,3}$/;

/** The properties that are read. */
type PropertyName =
  | 'ALLUSERS'
  | 'Manufacturer'
  | 'MsiHiddenProperties'
  | 'MSIINSTALLPERUSER'
  | 'ProductCode'
  | 'ProductLanguage'
  | 'ProductName'
  | 'ProductVersion'
  | 'UpgradeCode';

const WANTED: ReadonlySet<string> = new Set<PropertyName>([
  'ALLUSERS',
  'Manufacturer',
  'MsiHiddenProperties',
  'MSIINSTALLPERUSER',
  'ProductCode',
  'ProductLanguage',
  'ProductName',
  'ProductVersion',
  'UpgradeCode',
]);

/** The properties of a package by name. Names are compared as they are: case matters to Windows Installer. */
export class Properties {
  readonly #values = new Map<string, string>();

  constructor(database: Database) {
    const table = database.table('Property');
    let row = 0;
    for (const name of table.column('Property')) {
      if (typeof name !== 'string') throw malformed('Table Property', 'a row has no name');
      if (WANTED.has(name)) {
        if (this.#values.has(name)) throw malformed('Table Property', `${name} is there twice`);
        const value = table.at(row, 'Value');
        this.#values.set(name, typeof value === 'string' ? value : '');
      }
      row++;
    }
  }

  optional(name: PropertyName): string | null {
    return this.#values.get(name) ?? null;
  }

  required(name: PropertyName): string {
    const value = this.#values.get(name) ?? '';
    if (value.trim() === '') throw malformed(`Property ${name}`, 'it is missing');
    if (value.length > MAX_NAME_LENGTH) throw malformed(`Property ${name}`, `${value.length} characters are too many`);
    return value;
  }

  guid(name: PropertyName): string {
    return parseGuid(this.required(name), `Property ${name}`);
  }

  /** The language as a decimal LCID. */
  language(name: PropertyName): string {
    const value = this.required(name).trim();
    if (!/^\d{1,5}$/.test(value) || Number(value) > 0xffff)
      throw malformed(`Property ${name}`, 'it is no language number');
    return String(Number(value));
  }

  version(name: PropertyName): string {
    const value = this.required(name).trim();
    if (!VERSION.test(value) || value.split('.').some((field) => Number(field) > 0xffff)) {
      throw malformed(`Property ${name}`, 'it is not one to four numbers of 0 to 65535');
    }
    return value;
  }
}

/** A GUID in upper case with braces, which Windows Installer wants around it. */
export function parseGuid(text: string, where: string): string {
  const upper = text.trim().toUpperCase();
  if (!GUID.test(upper)) throw malformed(where, 'it is no GUID in braces');
  return upper;
}

/** What Windows Installer will not see of a version: it compares three fields, of at most 255, 255 and 65535. */
export function versionWarnings(version: string): InstallerWarning[] {
  const fields = version.split('.').map(Number);
  const warnings: InstallerWarning[] = [];
  if (fields.length > 3) warnings.push('fourth-field-version');
  if ((fields[0] ?? 0) > 255 || (fields[1] ?? 0) > 255) warnings.push('version-out-of-range');
  return warnings;
}
