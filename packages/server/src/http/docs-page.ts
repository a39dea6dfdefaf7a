// The API's document as one plain page: every call with what it takes and answers, every problem code.
import { problemKinds, type ProblemKind } from '@usher/protocol';
import { escapeHtml, htmlPage } from './page.ts';

interface Described {
  readonly schema?: unknown;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly { name: string; in: string; required?: boolean; schema?: unknown }[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, Described>> };
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Described>> }>
  >;
}

/** The parts of an OpenAPI document that the page shows. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

/** Makes the page. */
export function docsPage(document: ApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'Other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const sections = [...byTag].map(([tag, parts]) => `<h2>${escapeHtml(tag)}</h2>\n${parts.join('\n')}`);
  const intro = `<p>${escapeHtml(document.info.description ?? '')}</p>
<p>For programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). Errors are problems (RFC 9457) with a
<a href="#problems">code</a>.</p>`;
  return htmlPage(`${document.info.title} API`, [intro, ...sections, problemsHtml()].join('\n'));
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(
    ({ name, in: place, required, schema }) =>
      `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(place)}${required === true ? ', required' : ''}</td><td>${codeHtml(schema)}</td></tr>`,
  );
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<p>Body, ${escapeHtml(type)}:</p>${schemaHtml(schema)}`,
  );
  const answers = Object.entries(operation.responses ?? {})
    .filter(([status]) => status.startsWith('2'))
    .map(([status, answer]) => {
      const schemas = Object.values(answer.content ?? {}).map(({ schema }) => schemaHtml(schema));
      return `<p>${escapeHtml(status)}: ${escapeHtml(answer.description ?? '')}</p>${schemas.join('')}`;
    });
  const open = operation.security?.length === 0 ? ' Open to all.' : '';
  return `<details><summary><code>${escapeHtml(method.toUpperCase())} ${escapeHtml(path)}</code> ${escapeHtml(operation.summary ?? '')}</summary>
<div><p>${escapeHtml(operation.description ?? '')}${open}</p>
${parameters.length > 0 ? `<table>${parameters.join('')}</table>` : ''}${bodies.join('')}${answers.join('')}</div></details>`;
}

function codeHtml(schema: unknown): string {
  return schema === undefined ? '' : `<code>${escapeHtml(JSON.stringify(schema))}</code>`;
}

function schemaHtml(schema: unknown): string {
  return schema === undefined ? '' : `<pre>${escapeHtml(JSON.stringify(schema, null, 2))}</pre>`;
}

function problemsHtml(): string {
  const rows = Object.entries<ProblemKind>(problemKinds).map(
    ([code, { status, title, number }]) =>
      `<tr id="${escapeHtml(code)}"><td><code>${escapeHtml(code)}</code></td><td>${status}</td><td>${escapeHtml(title)}${number === undefined ? '' : ` (${number})`}</td></tr>`,
  );
  return `<h2 id="problems">Problems</h2>\n<table>${rows.join('\n')}</table>`;
}
