// Reads what `reg.exe export` writes. Its other command, `query`, prints in the OEM code page and loses every
// character beyond it.

/** A registry value: text (REG_SZ, REG_EXPAND_SZ), number (REG_DWORD), texts (REG_MULTI_SZ), or bytes. */
export type RegistryValue = string | number | readonly string[] | Uint8Array;

/** Keys by their full path (`HKEY_LOCAL_MACHINE\Software\…`); in each its values by name, the default one under ''. */
export type RegistryKeys = ReadonlyMap<string, ReadonlyMap<string, RegistryValue>>;

const unescape = (text: string) => text.replace(/\\(.)/g, '$1');

function bytesOf(list: string): Buffer {
  return Buffer.from(list.replace(/[^0-9a-f]/gi, ''), 'hex');
}

function parseValue(text: string): RegistryValue {
  if (text.startsWith('"')) return unescape(text.slice(1, -1));
  if (text.startsWith('dword:')) return Number.parseInt(text.slice('dword:'.length), 16);
  const hex = /^hex(?:\(([0-9a-f]+)\))?:(.*)$/.exec(text);
  if (hex === null) throw new Error(`not a registry value: ${text}`);
  const bytes = bytesOf(hex[2] ?? '');
  // 2 is REG_EXPAND_SZ, 7 is REG_MULTI_SZ; both are UTF-16 with zeros at the end.
  if (hex[1] === '2') return bytes.toString('utf16le').replace(/\0+$/, '');
  if (hex[1] === '7') return bytes.toString('utf16le').replace(/\0+$/, '').split('\0');
  return new Uint8Array(bytes);
}

/** Parses the text of a `.reg` file (after decoding from UTF-16). @throws {Error} at a line that is none of it */
export function parseRegistryText(text: string): RegistryKeys {
  const keys = new Map<string, Map<string, RegistryValue>>();
  let values = new Map<string, RegistryValue>();
  const lines = text
    .replace(/^\uFEFF/, '')
    .replace(/\\\r?\n\s*/g, '')
    .split(/\r?\n/);
  for (const line of lines.slice(1)) {
    if (line === '') continue;
    const key = /^\[(.*)\]$/.exec(line)?.[1];
    if (key !== undefined) {
      values = new Map();
      keys.set(key, values);
      continue;
    }
    const value = /^(?:@|"((?:[^"\\]|\\.)*)")=(.*)$/s.exec(line);
    if (value === null) throw new Error(`not a line of a registry file: ${line}`);
    values.set(unescape(value[1] ?? ''), parseValue(value[2] ?? ''));
  }
  return keys;
}
