// Reads what `reg.exe query` prints, on Windows and under Wine.

/** One value of a registry key. */
export interface RegistryValue {
  /** The full path of the key that holds it. */
  readonly key: string;
  readonly name: string;
  /** `REG_SZ`, `REG_DWORD` and so on. */
  readonly type: string;
  readonly data: string;
}

/**
 * A value line: four spaces, the name, four spaces, the type, and four spaces with the data. Windows leaves the last
 * separator out for empty data in some versions; a tab stood there on old ones.
 */
const valuePattern = /^(?: {4}|\t)(.*?)(?: {4}|\t)(REG_[A-Z_]+)(?:(?: {4}|\t)(.*))?$/;
const keyPattern = /^HKEY_[A-Z_]+(?:\\.*)?$/;

/**
 * The values in the output of `reg query`. Lines that are neither a key nor a value (the closing count that `/s` adds,
 * in whatever language) are passed over. The text is read as Latin-1: what is looked for here (GUIDs, versions) is
 * ASCII, and the code page of everything else is not known.
 */
export function parseRegOutput(output: Buffer): readonly RegistryValue[] {
  const values: RegistryValue[] = [];
  let key: string | null = null;
  for (const line of output.toString('latin1').split(/\r?\n/)) {
    if (keyPattern.test(line)) {
      key = line;
      continue;
    }
    const match = valuePattern.exec(line);
    if (match === null || key === null) continue;
    const [, name = '', type = '', data = ''] = match;
    values.push({ key, name, type, data });
  }
  return values;
}
