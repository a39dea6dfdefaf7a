// Small damage to bytes, texts and JSON: what an input near to a good one looks like.
import fc from 'fast-check';

/** One change; places count round, so that it fits an input of any length. */
export type ByteChange =
  | { kind: 'flip'; at: number; bit: number }
  | { kind: 'set'; at: number; bytes: Uint8Array }
  | { kind: 'number'; at: number; value: number }
  | { kind: 'copy'; from: number; to: number; length: number }
  | { kind: 'insert'; at: number; bytes: Uint8Array }
  | { kind: 'remove'; at: number; length: number }
  | { kind: 'cut'; at: number };

const place = fc.nat({ max: 0xffffffff });
const fewBytes = fc.uint8Array({ minLength: 1, maxLength: 16 });
/** Numbers that mean something to parsers: ends, signs, and what the sector chains of compound files use. */
const telling = [0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffa, 0xfffffffc, 0xfffffffe];

const change: fc.Arbitrary<ByteChange> = fc.oneof(
  fc.record({ kind: fc.constant('flip' as const), at: place, bit: fc.nat({ max: 7 }) }),
  fc.record({ kind: fc.constant('set' as const), at: place, bytes: fewBytes }),
  fc.record({ kind: fc.constant('number' as const), at: place, value: fc.constantFrom(...telling, 0xffffffff) }),
  fc.record({ kind: fc.constant('copy' as const), from: place, to: place, length: fc.nat({ max: 512 }) }),
  fc.record({ kind: fc.constant('insert' as const), at: place, bytes: fewBytes }),
  fc.record({ kind: fc.constant('remove' as const), at: place, length: fc.nat({ max: 64 }) }),
  fc.record({ kind: fc.constant('cut' as const), at: place }),
);

/** One to a few changes. */
export const byteChanges = fc.array(change, { minLength: 1, maxLength: 6 });

/** The same bytes with changes between `start` and `end`. */
export function changedBytes(
  original: Uint8Array,
  changes: readonly ByteChange[],
  range: { start: number; end: number } = { start: 0, end: original.length },
): Buffer {
  const part = changes.reduce(changed, Buffer.from(original.subarray(range.start, range.end)));
  return Buffer.concat([original.subarray(0, range.start), part, original.subarray(range.end)]);
}

function changed(bytes: Buffer, step: ByteChange): Buffer {
  const within = (at: number) => (bytes.length === 0 ? 0 : at % bytes.length);
  const result = Buffer.from(bytes);
  switch (step.kind) {
    case 'flip':
      if (result.length > 0) result[within(step.at)] = (result[within(step.at)] ?? 0) ^ (1 << step.bit);
      return result;
    case 'set':
      result.set(step.bytes.subarray(0, result.length - within(step.at)), within(step.at));
      return result;
    case 'number': {
      // Where 32-bit numbers stand in most formats.
      const at = within(step.at) & ~3;
      if (at + 4 <= result.length) result.writeUInt32LE(step.value, at);
      return result;
    }
    case 'copy':
      result.copy(result, within(step.to), within(step.from), within(step.from) + step.length);
      return result;
    case 'insert':
      return Buffer.concat([result.subarray(0, within(step.at)), step.bytes, result.subarray(within(step.at))]);
    case 'remove':
      return Buffer.concat([result.subarray(0, within(step.at)), result.subarray(within(step.at) + step.length)]);
    case 'cut':
      return result.subarray(0, within(step.at));
  }
}

/** Now and then one of these, else nothing. */
export function sometimes<T>(values: fc.Arbitrary<T>, oneIn: number): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: oneIn - 1, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: values });
}

/** A change of a JSON value: what stands at one place in it becomes something else, or goes. */
export interface JsonChange {
  readonly at: number;
  /** Left out: what stands there goes. */
  readonly value?: unknown;
}

const nested = (depth: number): unknown =>
  Array.from({ length: depth }, () => null).reduce<unknown>((inner) => [inner], null);

/** Values that programs trip over. */
const odd: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  true,
  0,
  -1,
  1.5,
  2 ** 53,
  -(2 ** 31) - 1,
  1e308,
  '',
  ' ',
  '0',
  'null',
  '\u0000',
  '\ud800',
  'ı\u0301😀\u202e',
  '__proto__',
  'constructor',
  '../../x',
  "' or 1=1 --",
  '%_\\',
  '9999-99-99T99:99:99Z',
  '0000-01-01T00:00:00.000Z',
  '+275760-09-13T00:00:00.000Z',
  'x'.repeat(5000),
  {},
  [],
  [[]],
  nested(200),
  JSON.parse('{"__proto__":{"isAdmin":true},"constructor":1,"toString":null}') as unknown,
);

/** One to a few changes of a JSON value. */
export const jsonChanges: fc.Arbitrary<JsonChange[]> = fc.array(
  fc.oneof(
    fc.record({ at: place, value: fc.oneof(odd, fc.string(), fc.integer(), fc.jsonValue({ maxDepth: 2 })) }),
    fc.record({ at: place }),
  ),
  { minLength: 1, maxLength: 3 },
);

/** The value with the changes made; `undefined` where all of it has gone. */
export function changedJson(original: unknown, changes: readonly JsonChange[]): unknown {
  return changes.reduce<unknown>((value, step) => {
    const size = countOf(value);
    return replaced(value, step.at % size, step);
  }, original);
}

function countOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, member) => sum + countOf(member), 1);
}

function replaced(value: unknown, at: number, step: JsonChange): unknown {
  if (at === 0) return 'value' in step ? step.value : undefined;
  if (typeof value !== 'object' || value === null) return value;
  let left = at - 1;
  const members: [string, unknown][] = [];
  for (const [name, member] of Object.entries<unknown>({ ...value })) {
    const size = countOf(member);
    const next: unknown = left >= 0 && left < size ? replaced(member, left, step) : member;
    left -= size;
    if (next !== undefined) members.push([name, next]);
  }
  return Array.isArray(value) ? members.map(([, member]) => member) : Object.fromEntries(members);
}
