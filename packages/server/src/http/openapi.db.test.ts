// The contract as a document: who may make each call, what programs are made of, and that people can read it.
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';

let server: TestServer;

beforeAll(async () => {
  server = await testServer();
});

afterAll(() => server.close());

interface Operation {
  security: unknown[];
  responses: Record<string, unknown>;
  summary?: string;
  operationId: string;
  parameters?: { name: string; in: string }[];
}

interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, unknown> };
}

describe('the contract', () => {
  test('is OpenAPI 3.1 and says of every call who may make it and how it is refused', async () => {
    const document = await server.anonymous.get<Document>('/openapi.json');
    expect(document.openapi).toBe('3.1.0');
    for (const [path, operations] of Object.entries(document.paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const where = `${method} ${path}`;
        expect(operation.security, where).toBeInstanceOf(Array);
        expect(operation.summary, where).toBeTruthy();
        expect(Object.keys(operation.responses), where).toEqual(expect.arrayContaining(['4XX', '5XX']));
        expect(
          Object.keys(operation.responses).some((status) => status.startsWith('2')),
          where,
        ).toBe(true);
      }
    }
  });

  test('can be made a program of: one id per call, every parameter in its path, every schema by its name', async () => {
    const text = JSON.stringify(await server.anonymous.get('/openapi.json'));
    const { paths, components } = JSON.parse(text) as Document;
    const ids = Object.values(paths).flatMap((operations) => Object.values(operations).map((each) => each.operationId));
    expect(ids).toContain('postInstallersByIdApprove');
    expect(new Set(ids).size).toBe(ids.length);
    for (const [path, operations] of Object.entries(paths)) {
      for (const { parameters = [] } of Object.values(operations)) {
        const named = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => `{${name}}`);
        expect(named.sort(), path).toEqual((path.match(/\{[^}]*\}/g) ?? []).sort());
      }
      expect(path).toMatch(/^[\w./{}-]+$/);
    }
    const used = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    expect([...new Set(used)].sort()).toEqual(Object.keys(components.schemas).sort());
    expect(used).toEqual(expect.arrayContaining(['Installer', 'Update', 'Workstation', 'Event', 'Problem']));
  });

  test('opens to all what must be, and nothing else of this much', async () => {
    const { paths } = await server.anonymous.get<Document>('/openapi.json');
    const open = Object.entries(paths).flatMap(([path, operations]) =>
      Object.entries(operations)
        .filter(([, operation]) => operation.security.length === 0)
        .map(([method]) => `${method} ${path}`),
    );
    const expected = [
      'get /api/docs',
      'get /api/v1/openapi.json',
      'get /healthz',
      'get /metrics',
      'get /readyz',
      'get /setup',
      'post /api/v1/session',
      'post /setup',
    ];
    expect(open.filter((call) => !call.includes('/workstation/')).sort()).toEqual(expected);
  });

  test('is readable as a page that needs nothing from elsewhere', async () => {
    const { status, text, headers } = await server.anonymous.request('GET', '/api/docs');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    expect(text).toContain('POST /api/v1/session');
    expect(text).toContain('id="installer.tampered"');
    expect(text).toContain('<a href="#schema-Installer">Installer</a>');
    expect(text).not.toContain('$ref');
    expect(text).not.toMatch(/(src|href)="(https?:)?\/\//);
    expect(text).not.toContain('<script');
  });
});
