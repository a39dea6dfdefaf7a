// The API's document as one plain page: every call with what it takes and answers, every problem code.
import { problemKinds, type ProblemKind } from '@usher/protocol';
import { escapeHtml, htmlPage } from './page.ts';
import { kindHtml, noteHtml, schemaAnchor, schemaHtml, type JsonSchema } from './schema-html.ts';

interface Described {
  readonly schema?: JsonSchema;
}

interface Operation {
  readonly summary?: string;
  readonly description?: string;
  readonly tags?: readonly string[];
  readonly security?: readonly Readonly<Record<string, unknown>>[];
  readonly parameters?: readonly ({ name: string; in: string; required?: boolean; description?: string } & Described)[];
  readonly requestBody?: { readonly content?: Readonly<Record<string, Described>> };
  readonly responses?: Readonly<
    Record<string, { readonly description?: string; readonly content?: Readonly<Record<string, Described>> }>
  >;
}

/** The parts of an OpenAPI document that the page shows. */
export interface ApiDocument {
  readonly info: { readonly title: string; readonly description?: string };
  readonly paths?: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components?: { readonly schemas?: Readonly<Record<string, JsonSchema>> };
}

/** What @fastify/swagger says of an answer of which nothing else is said. */
const unsaid = 'Default Response';

/** Makes the page. */
export function docsPage(document: ApiDocument): string {
  const byTag = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags?.[0] ?? 'Other';
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const sections = [...byTag].map(
    ([tag, parts]) => `<h2 id="${anchorOf(tag)}">${escapeHtml(tag)}</h2>\n${parts.join('\n')}`,
  );
  const contents = [...byTag.keys()].map((tag) => `<a href="#${anchorOf(tag)}">${escapeHtml(tag)}</a>`);
  const intro = `<p>${escapeHtml(document.info.description ?? '')}</p>
<p>For programs: <a href="/api/v1/openapi.json">openapi.json</a> (OpenAPI 3.1). Sign in for a session cookie, or send
<code>Authorization: Bearer</code> with an API token, or a workstation its own. Errors are problems (RFC 9457) with a
<a href="#problems">code</a>. In what follows, <code>?</code> marks what may be left out.</p>
<p>${contents.join(' · ')} · <a href="#schemas">Schemas</a> · <a href="#problems">Problems</a></p>`;
  const rest = [schemasHtml(document.components?.schemas ?? {}), problemsHtml()];
  return htmlPage(`${document.info.title} API`, [intro, ...sections, ...rest].join('\n'));
}

function anchorOf(tag: string): string {
  return `calls-${escapeHtml(tag.toLowerCase().replace(/[^a-z0-9]+/g, '-'))}`;
}

function schemasHtml(schemas: Readonly<Record<string, JsonSchema>>): string {
  const parts = Object.entries(schemas).map(
    ([name, schema]) => `<h3 id="${schemaAnchor(escapeHtml(name))}">${escapeHtml(name)}</h3>\n${schemaHtml(schema)}`,
  );
  return `<h2 id="schemas">Schemas</h2>\n${parts.join('\n')}`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const parameters = (operation.parameters ?? []).map(({ name, in: place, required, schema = {}, description }) => {
    const note = noteHtml(description === undefined ? schema : { ...schema, description });
    return `<tr><td><code>${escapeHtml(name)}</code></td><td>${escapeHtml(place)}${required === true ? ', required' : ''}</td><td><code>${kindHtml(schema, '')}</code>${note}</td></tr>`;
  });
  const bodies = Object.entries(operation.requestBody?.content ?? {}).map(
    ([type, { schema }]) => `<p>Body, ${escapeHtml(type)}:</p>${schemaHtml(schema)}`,
  );
  const answers = Object.entries(operation.responses ?? {})
    .filter(([status]) => status.startsWith('2'))
    .map(([status, answer]) => {
      const schemas = Object.values(answer.content ?? {}).map(({ schema }) => schemaHtml(schema));
      const said = answer.description === unsaid ? '' : `: ${escapeHtml(answer.description ?? '')}`;
      return `<p>Answers ${escapeHtml(status)}${said}</p>${schemas.join('')}`;
    });
  const open = operation.security?.length === 0 ? ' Open to all.' : '';
  return `<details><summary><code>${escapeHtml(method.toUpperCase())} ${escapeHtml(path)}</code> ${escapeHtml(operation.summary ?? '')}</summary>
<div><p>${escapeHtml(operation.description ?? '')}${open}</p>
${parameters.length > 0 ? `<table>${parameters.join('')}</table>` : ''}${bodies.join('')}${answers.join('')}</div></details>`;
}

function problemsHtml(): string {
  const rows = Object.entries<ProblemKind>(problemKinds).map(
    ([code, { status, title, number }]) =>
      `<tr id="${escapeHtml(code)}"><td><code>${escapeHtml(code)}</code></td><td>${status}</td><td>${escapeHtml(title)}${number === undefined ? '' : ` (${number})`}</td></tr>`,
  );
  return `<h2 id="problems">Problems</h2>\n<table>${rows.join('\n')}</table>`;
}
