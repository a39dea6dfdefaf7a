// What the page of the API says of a value.
import { expect, test } from 'vitest';
import { kindHtml, schemaHtml } from './schema-html.ts';

test('an object is its members, those that may be left out marked, with what they mean', () => {
  const schema = {
    type: 'object',
    properties: {
      id: { type: 'string', maxLength: 80 },
      page: { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER, default: 1, description: 'from <1>' },
      inner: { type: 'object', properties: { flag: { type: 'boolean' } } },
    },
    required: ['id'],
  };
  expect(schemaHtml(schema)).toBe(
    '<pre>{\n  id: string (at most 80 characters)\n  page?: integer (from 1) <i>from &lt;1&gt;; default 1</i>\n  inner?: {\n    flag?: boolean\n  }\n}</pre>',
  );
});

test.each([
  [{ $ref: '#/components/schemas/Update' }, '<a href="#schema-Update">Update</a>'],
  [{ anyOf: [{ type: 'string', format: 'date-time' }, { type: 'null' }] }, 'date-time | null'],
  [{ type: 'string', enum: ['a', '<b>'] }, '&quot;a&quot; | &quot;&lt;b&gt;&quot;'],
  [{ const: 1 }, '1'],
  [{ type: ['string', 'null'], format: 'date-time' }, 'date-time | null'],
  [{ type: 'array', items: { type: 'string' }, maxItems: 3 }, '[ string, … ] (at most 3)'],
  [{ type: 'object', additionalProperties: { type: 'number' } }, '{ [name]: number }'],
  [{ allOf: [{ type: 'string' }, { type: 'number' }] }, 'string &amp; number'],
  [{ type: 'object', properties: {} }, '{ }'],
  [{}, 'anything'],
])('%j is told as %s', (schema, html) => {
  expect(kindHtml(schema, '')).toBe(html);
});

test('nothing is said of a schema that says nothing', () => {
  expect([schemaHtml({}), schemaHtml(undefined)]).toEqual(['', '']);
});
