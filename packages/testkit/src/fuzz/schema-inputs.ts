// Values of a JSON schema, as the server's own document describes what it takes; and values that are almost so.
import fc from 'fast-check';
import { changedJson, jsonChanges } from './mutations.ts';

/** What the document says of a value, so far as it matters here. */
export interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly format?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
}

const longestText = 300;
const day = 86_400_000;

/**
 * Values that the schema describes.
 * @param words texts that mean something to the server: identifiers, versions, names
 * @param around the present: instants lie within some weeks of it
 */
export function valuesOf(schema: JsonSchema, words: readonly string[], around: Date): fc.Arbitrary<unknown> {
  const inner = (part: JsonSchema) => valuesOf(part, words, around);
  if (schema.const !== undefined) return fc.constant(schema.const);
  if (schema.enum !== undefined && schema.enum.length > 0) return fc.constantFrom(...schema.enum);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined && choices.length > 0) return fc.oneof(...choices.map(inner));
  if (schema.allOf !== undefined) {
    return fc.tuple(...schema.allOf.map(inner)).map((parts) => Object.assign({}, ...parts) as unknown);
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['null']);
  return fc.oneof(...types.map((type) => valuesOfType(type, schema, words, around)));
}

/** Values that the schema describes, and as many that are damaged or something else altogether. */
export function almostValuesOf(schema: JsonSchema, words: readonly string[], around: Date): fc.Arbitrary<unknown> {
  const good = valuesOf(schema, words, around);
  const damaged = fc.tuple(good, jsonChanges).map(([value, changes]) => changedJson(value, changes));
  return fc.oneof(
    { weight: 4, arbitrary: good },
    { weight: 4, arbitrary: damaged },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

function valuesOfType(type: string, schema: JsonSchema, words: readonly string[], around: Date): fc.Arbitrary<unknown> {
  switch (type) {
    case 'object':
      return objectsOf(schema, words, around);
    case 'array': {
      const { items = {}, minItems: minLength = 0, maxItems = 5 } = schema;
      const maxLength = Math.max(minLength, Math.min(maxItems, 5));
      return fc.array(valuesOf(items, words, around), { minLength, maxLength });
    }
    case 'string':
      return textsOf(schema, words, around);
    case 'integer':
      return fc.integer({ min: whole(schema.minimum, -1000), max: whole(schema.maximum, 100_000) });
    case 'number':
      return fc.double({ min: schema.minimum ?? -1000, max: schema.maximum ?? 100_000, noNaN: true });
    case 'boolean':
      return fc.boolean();
    default:
      return fc.constant(null);
  }
}

function whole(bound: number | undefined, otherwise: number): number {
  return bound === undefined || Math.abs(bound) > 2 ** 31 ? otherwise : Math.ceil(bound);
}

function objectsOf(schema: JsonSchema, words: readonly string[], around: Date): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema;
  const members = Object.entries(properties).map(([name, part]) => [name, valuesOf(part, words, around)] as const);
  const known = fc.record(Object.fromEntries(members), {
    requiredKeys: [...required].filter((name) => name in properties),
  });
  if (typeof additionalProperties !== 'object') return known;
  const others = fc.dictionary(fc.string({ maxLength: 20 }), valuesOf(additionalProperties, words, around), {
    maxKeys: 3,
  });
  return fc.tuple(known, others).map(([a, b]) => ({ ...b, ...a }));
}

function textsOf(schema: JsonSchema, words: readonly string[], around: Date): fc.Arbitrary<unknown> {
  const { minLength = 0, maxLength = longestText } = schema;
  if (schema.format === 'date-time') {
    const min = new Date(around.getTime() - 30 * day);
    const max = new Date(around.getTime() + 60 * day);
    return fc.date({ min, max, noInvalidDate: true }).map((date) => date.toISOString());
  }
  if (schema.format === 'uuid') return fc.uuid();
  const free = fc.string({
    unit: 'grapheme',
    minLength,
    maxLength: Math.max(minLength, Math.min(maxLength, longestText)),
  });
  return fc.oneof({ weight: 3, arbitrary: fc.constantFrom(...words) }, { weight: 2, arbitrary: free });
}
