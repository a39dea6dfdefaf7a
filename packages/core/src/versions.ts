// The versions of the applications under management: reading, comparing and ordering them by number.

declare const versionBrand: unique symbol;

/**
 * A version that was read and found valid, written as people see it: the fields that were given, without leading
 * zeros ("3.022.1" is `3.22.1`, "3.22" stays `3.22`). Equality of two `Version` texts is not equality of versions
 * (`3.22` and `3.22.0` are the same version): compare with `sameVersion`, or by `normalizeVersion`.
 */
export type Version = string & { readonly [versionBrand]: true };

/** The four numbers of a version; fields that were not written are 0. */
export type VersionFields = readonly [major: number, minor: number, build: number, fourth: number];

const largestField = 65_535;
const mostFields = 4;
const [dot, zero, nine] = ['.', '0', '9'].map((character) => character.charCodeAt(0)) as [number, number, number];

/** Character by character, without a pattern: versions are read for thousands of workstations at once. */
function writtenFields(text: string): readonly number[] | null {
  const fields: number[] = [];
  let field: number | null = null;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= zero && code <= nine) {
      field = (field ?? 0) * 10 + (code - zero);
      if (field > largestField) return null;
    } else if (code === dot && field !== null) {
      fields.push(field);
      field = null;
    } else {
      return null;
    }
  }
  if (field === null || fields.length >= mostFields) return null;
  fields.push(field);
  return fields;
}

function padded(fields: readonly number[]): VersionFields {
  return [fields[0] ?? 0, fields[1] ?? 0, fields[2] ?? 0, fields[3] ?? 0];
}

function notAVersion(text: string): RangeError {
  return new RangeError(`not a version: ${JSON.stringify(text.slice(0, 80))}`);
}

/** The four numbers of `text`, or null where it is no version. */
export function tryVersionFields(text: string): VersionFields | null {
  const fields = writtenFields(text);
  return fields === null ? null : padded(fields);
}

/** The four numbers of `text`. Throws a `RangeError` on what is no version. */
export function versionFields(text: string): VersionFields {
  const fields = tryVersionFields(text);
  if (fields === null) throw notAVersion(text);
  return fields;
}

/** True for one to four fields of decimal digits, separated by dots, each 0 to 65535; leading zeros are allowed. */
export function isVersion(text: string): boolean {
  return writtenFields(text) !== null;
}

/** Reads a version at the boundary, dropping leading zeros. Throws a `RangeError` on what is no version. */
export function parseVersion(text: string): Version {
  const fields = writtenFields(text);
  if (fields === null) throw notAVersion(text);
  return fields.join('.') as Version;
}

/**
 * The one text that all spellings of a version share: always four fields, no leading zeros (`3.022` gives
 * `3.22.0.0`). Fit for equality and unique keys; for order see `versionSortKey`. Throws a `RangeError`.
 */
export function normalizeVersion(text: string): string {
  return versionFields(text).join('.');
}

/**
 * A text of 23 characters (four fields of five digits) whose order as plain text is the order of the versions, so
 * that a database can sort by it whatever its collation. Throws a `RangeError` on what is no version.
 */
export function versionSortKey(text: string): string {
  return versionFields(text)
    .map((field) => String(field).padStart(5, '0'))
    .join('.');
}

/** -1, 0 or 1 as `a` is lower than, the same as or higher than `b`. Throws a `RangeError` on what is no version. */
export function compareVersions(a: string, b: string): -1 | 0 | 1 {
  return compareFields(versionFields(a), versionFields(b), 4);
}

/** As `compareVersions`, in the first three fields only: all that Windows Installer looks at. */
export function compareThreeFields(a: string, b: string): -1 | 0 | 1 {
  return compareFields(versionFields(a), versionFields(b), 3);
}

function compareFields(a: VersionFields, b: VersionFields, count: 3 | 4): -1 | 0 | 1 {
  for (let index = 0; index < count; index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference < 0 ? -1 : 1;
  }
  return 0;
}

/** As `compareVersions`; null where one of them is no version. */
function orderOf(a: string, b: string): -1 | 0 | 1 | null {
  const [first, second] = [tryVersionFields(a), tryVersionFields(b)];
  return first === null || second === null ? null : compareFields(first, second, 4);
}

/** True where both are versions and the same one; what can't be read differs from everything, itself included. */
export function sameVersion(a: string, b: string): boolean {
  return orderOf(a, b) === 0;
}

/** True where both are versions and `a` is lower than `b`; what can't be read is below nothing and above nothing. */
export function isBelow(a: string, b: string): boolean {
  return orderOf(a, b) === -1;
}

/** True where both are versions that Windows Installer takes for equal, although they are not. */
export function differsOnlyInFourthField(a: string, b: string): boolean {
  return isVersion(a) && isVersion(b) && compareThreeFields(a, b) === 0 && compareVersions(a, b) !== 0;
}

/** What Windows Installer makes of a version other than Usher does. */
export type WindowsInstallerVersionLimit = 'major-above-255' | 'minor-above-255' | 'fourth-field-ignored';

/**
 * Where a version goes beyond the ProductVersion property of Windows Installer: major and minor at most 255, build
 * at most 65535, and a fourth field that it ignores (Windows Installer SDK, "ProductVersion property"). Empty where
 * nothing does. Throws a `RangeError` on what is no version.
 */
export function windowsInstallerVersionLimits(text: string): readonly WindowsInstallerVersionLimit[] {
  const [major, minor, , fourth] = versionFields(text);
  const limits: WindowsInstallerVersionLimit[] = [];
  if (major > 255) limits.push('major-above-255');
  if (minor > 255) limits.push('minor-above-255');
  if (fourth !== 0) limits.push('fourth-field-ignored');
  return limits;
}
