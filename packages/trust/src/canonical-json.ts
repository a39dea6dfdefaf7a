// One text for one JSON value, so that a hash or a signature over the text is one over the value.

/** Deeper nesting than any document of ours has; a bound against hostile input. */
const deepest = 64;

/**
 * Writes a JSON value as RFC 8785 (JSON Canonicalization Scheme) does: no white space; members of an object sorted by
 * their names' UTF-16 code units; strings and numbers as ECMAScript's `JSON.stringify` writes them (`-0` is `0`).
 * The result is JSON, and parsing it and writing it again gives the same text. (TUF's own canonical form, by contrast,
 * leaves control characters bare, so that its texts need not be JSON; for printable ASCII and whole numbers, the key
 * ids say, both are the same.)
 *
 * As `JSON.stringify` does, members that are `undefined` are left out, and half of a surrogate pair is written as an
 * escape (the RFC refuses it; a name that a workstation reported must not be able to make an event impossible).
 *
 * @throws TypeError for what is no JSON value: `undefined` elsewhere, a number that is not finite, a bigint, a
 *   function, a symbol, and every object that is neither an array nor a plain object.
 * @throws RangeError where values are nested more than 64 deep.
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0);
}

function write(value: unknown, depth: number): string {
  if (depth > deepest) throw new RangeError(`Values are nested more than ${deepest} deep.`);
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`${value} has no canonical form.`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) {
    return `[${Array.from(value, (element: unknown) => write(element, depth + 1)).join(',')}]`;
  }
  if (!isPlainObject(value)) throw new TypeError(`A value of type ${typeof value} has no canonical form.`);
  const members = Object.keys(value)
    .filter((name) => value[name] !== undefined)
    .sort()
    .map((name) => `${JSON.stringify(name)}:${write(value[name], depth + 1)}`);
  return `{${members.join(',')}}`;
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}
