// Takes secrets out of an installer's log before any of it leaves the machine.
import { open } from 'node:fs/promises';
import { systemCode } from '../client-error.ts';

/** The most of a log that goes with a report, in bytes. */
const tailBytes = 32 * 1024;
const removed = '**********';

/** Names that speak for themselves, wherever they stand. */
const tellingName = /(?:PASSWORD|PASSWD|PWD|SECRET|TOKEN|APIKEY|API_KEY|PRIVATEKEY|CREDENTIAL|PASSPHRASE)/i;
/** What a property looks like in a verbose log: `PROPERTY=value`, `PROPERTY = value`, `Its new value: 'value'`. */
const assignment = /\b([A-Za-z_][A-Za-z0-9_.]*)(\s*=\s*)("(?:[^"]|"")*"|'[^']*'|[^\s,;]+)/g;
const propertyChange = /(PROPERTY CHANGE: (?:Adding|Modifying|Deleting) )([A-Za-z_][A-Za-z0-9_.]*)( property\..*)/g;
const propertyLine = /^(Property\([A-Z]\): )([A-Za-z_][A-Za-z0-9_.]*)( = ).*$/gm;
/** A verbose log shows the package's own list of what is hidden, too. */
const hiddenList = /\bMsiHiddenProperties\s*=\s*([A-Za-z0-9_.;]+)/g;
const bearer = /\b(Bearer\s+)[A-Za-z0-9._~+/-]+=*/gi;
const ourTokens = /\b(?:tk_|wt_|usher-key-1\.)[A-Za-z0-9._~-]{8,}/g;

/**
 * A log's text without the values of properties that are hidden or whose name speaks for itself, without bearer tokens,
 * without keys of Usher.
 * @param hidden names of the package's hidden properties (`MsiHiddenProperties`)
 * @param values secrets that are known as such, removed wherever they stand
 */
export function redact(text: string, hidden: readonly string[], values: readonly string[] = []): string {
  const listed = [...text.matchAll(hiddenList)].flatMap(([, list = '']) => list.split(';'));
  const isSecret = secretNames([...hidden, ...listed]);
  const withoutValues = values
    .filter((value) => value.length >= 4)
    .reduce((rest, value) => rest.replaceAll(value, removed), text);
  return withoutValues
    .replace(propertyLine, (whole, start: string, name: string, equals: string) =>
      isSecret(name) ? `${start}${name}${equals}${removed}` : whole,
    )
    .replace(propertyChange, (whole, start: string, name: string) =>
      isSecret(name) ? `${start}${name} property. ${removed}` : whole,
    )
    .replace(assignment, (whole, name: string, equals: string) =>
      isSecret(name) ? `${name}${equals}${removed}` : whole,
    )
    .replace(bearer, `$1${removed}`)
    .replace(ourTokens, removed);
}

/** Properties without the values of those that are hidden or whose name speaks for itself. */
export function redactedProperties(
  properties: Readonly<Record<string, string>>,
  hidden: readonly string[],
): Record<string, string> {
  const isSecret = secretNames(hidden);
  return Object.fromEntries(
    Object.entries(properties).map(([name, value]) => [name, isSecret(name) ? removed : value]),
  );
}

function secretNames(hidden: readonly string[]): (name: string) => boolean {
  const names = new Set(hidden.map((name) => name.toUpperCase()));
  return (name) => names.has(name.toUpperCase()) || tellingName.test(name);
}

/** The end of a log file as text, from a line's beginning, secrets removed; null where there is no such file. */
export async function redactedTail(
  path: string,
  hidden: readonly string[],
  values: readonly string[] = [],
): Promise<string | null> {
  const bytes = await lastBytes(path, tailBytes);
  if (bytes === null) return null;
  const text = decodeLog(bytes.content);
  const whole = bytes.isCut ? text.slice(text.indexOf('\n') + 1) : text;
  return redact(whole, hidden, values);
}

/** Windows writes its log as UTF-16LE; other tools write bytes. The tail of UTF-16 has no byte order mark any more. */
function decodeLog(bytes: Buffer): string {
  const zeros = bytes.subarray(0, 512).filter((byte) => byte === 0).length;
  const text = zeros > 100 ? bytes.toString('utf16le') : bytes.toString('utf8');
  return text.replace(/^\ufeff/, '').replace(/\r\n/g, '\n');
}

async function lastBytes(path: string, most: number): Promise<{ content: Buffer; isCut: boolean } | null> {
  let handle;
  try {
    handle = await open(path, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return null;
    throw error;
  }
  try {
    const { size } = await handle.stat();
    // An even distance from the beginning keeps the halves of UTF-16 units together.
    const from = Math.max(0, size - most + ((size - most) % 2 === 0 ? 0 : 1));
    const content = Buffer.alloc(size - from);
    const { bytesRead } = await handle.read(content, 0, content.length, from);
    return { content: content.subarray(0, bytesRead), isCut: from > 0 };
  } finally {
    await handle.close();
  }
}
