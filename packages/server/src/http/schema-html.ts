// A JSON Schema as a person reads it: names, kinds and what they mean, without the grammar of JSON Schema.
import { escapeHtml } from './page.ts';

/** As much of JSON Schema (2020-12) as zod writes. */
export interface JsonSchema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly format?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly items?: JsonSchema;
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
}

/** The address on the page of a named schema. */
export function schemaAnchor(name: string): string {
  return `schema-${name}`;
}

/** A schema in one `pre`; empty where it says nothing. */
export function schemaHtml(schema: JsonSchema | undefined): string {
  return schema === undefined || Object.keys(schema).length === 0 ? '' : `<pre>${kindHtml(schema, '')}</pre>`;
}

/** What a value is, in a line; an object's members in a line each. */
export function kindHtml(schema: JsonSchema, indent: string): string {
  const name = schema.$ref?.split('/').at(-1);
  if (name !== undefined) return `<a href="#${schemaAnchor(escapeHtml(name))}">${escapeHtml(name)}</a>`;
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices !== undefined) return choices.map((choice) => kindHtml(choice, indent)).join(' | ');
  if (schema.allOf !== undefined) return schema.allOf.map((part) => kindHtml(part, indent)).join(' &amp; ');
  if (schema.enum !== undefined) return schema.enum.map(valueHtml).join(' | ');
  if (schema.const !== undefined) return valueHtml(schema.const);
  if (schema.items !== undefined) return `[ ${kindHtml(schema.items, indent)}, … ]${limitsHtml(schema)}`;
  if (schema.properties !== undefined) return membersHtml(schema, indent);
  if (typeof schema.additionalProperties === 'object') {
    return `{ [name]: ${kindHtml(schema.additionalProperties, indent)} }`;
  }
  const kinds = [schema.type ?? 'anything'].flat();
  const shown = kinds.map((kind) => (kind === 'string' ? (schema.format ?? kind) : kind));
  return `${escapeHtml(shown.join(' | '))}${limitsHtml(schema)}`;
}

function membersHtml({ properties = {}, required = [] }: JsonSchema, indent: string): string {
  const deeper = `${indent}  `;
  const members = Object.entries(properties).map(([name, member]) => {
    const mark = required.includes(name) ? '' : '?';
    return `${deeper}${escapeHtml(name)}${mark}: ${kindHtml(member, deeper)}${noteHtml(member)}`;
  });
  return members.length === 0 ? '{ }' : `{\n${members.join('\n')}\n${indent}}`;
}

/** What is said of a value beside its kind. */
export function noteHtml({ description, default: usual }: JsonSchema): string {
  const notes = [
    ...(description === undefined ? [] : [escapeHtml(description)]),
    ...(usual === undefined ? [] : [`default ${valueHtml(usual)}`]),
  ];
  return notes.length === 0 ? '' : ` <i>${notes.join('; ')}</i>`;
}

/** Ranges that mean something to people: not those of a 64-bit number. */
function limitsHtml({ minimum, maximum, minLength, maxLength, maxItems }: JsonSchema): string {
  const most = maximum === undefined || Math.abs(maximum) >= Number.MAX_SAFE_INTEGER ? undefined : maximum;
  const least = minimum === undefined || Math.abs(minimum) >= Number.MAX_SAFE_INTEGER ? undefined : minimum;
  const limits = [
    ...(least === undefined ? [] : [`from ${least}`]),
    ...(most === undefined ? [] : [`to ${most}`]),
    ...(minLength === undefined || minLength <= 1 ? [] : [`${minLength} characters or more`]),
    ...(maxLength === undefined ? [] : [`at most ${maxLength} characters`]),
    ...(maxItems === undefined ? [] : [`at most ${maxItems}`]),
  ];
  return limits.length === 0 ? '' : ` (${limits.join(', ')})`;
}

function valueHtml(value: unknown): string {
  return escapeHtml(JSON.stringify(value));
}
