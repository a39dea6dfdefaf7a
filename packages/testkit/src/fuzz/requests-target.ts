// Every request that the server's own document describes, with bodies, addresses and queries that are almost right:
// never a 500, never a hang, and every refusal a problem with a code.
import fc from 'fast-check';
import { idPrefixes } from '@usher/protocol';
import type { FuzzTarget } from './fuzz-target.ts';
import { openFuzzServer, type FuzzServer } from './fuzz-server.ts';
import { byteChanges, changedBytes, changedJson, jsonChanges, sometimes, type ByteChange } from './mutations.ts';
import { almostValuesOf, type JsonSchema, valuesOf } from './schema-inputs.ts';

const longestAnswer = 10_000;

interface Operation {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';
  readonly path: string;
  readonly byWorkstation: boolean;
  readonly parameters: readonly { in: string; name: string; schema?: JsonSchema }[];
  readonly body: JsonSchema | null;
  readonly mediaType: string | null;
}

/** One request. */
interface FuzzRequest {
  readonly operation: Operation;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly body: unknown;
  /** Damage to the body's bytes, after all else. */
  readonly damage: readonly ByteChange[] | null;
  readonly isAnonymous: boolean;
}

interface ApiDescription {
  readonly paths: Readonly<
    Record<
      string,
      Readonly<
        Record<
          string,
          {
            readonly security?: readonly Readonly<Record<string, unknown>>[];
            readonly parameters?: Operation['parameters'];
            readonly requestBody?: { readonly content: Readonly<Record<string, { readonly schema?: JsonSchema }>> };
          }
        >
      >
    >
  >;
}

/** It answers for as long as the caller listens. */
const endless = new Set(['/api/v1/events/stream']);

async function operationsOf({ system }: FuzzServer): Promise<Operation[]> {
  const answer = await system.app.inject('/api/v1/openapi.json');
  const { paths } = JSON.parse(answer.body) as ApiDescription;
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { security = [], parameters = [], requestBody }]): Operation => {
      const [mediaType, content] = Object.entries(requestBody?.content ?? {})[0] ?? [null, null];
      return {
        method: method.toUpperCase() as Operation['method'],
        path,
        byWorkstation: security.some((way) => 'workstationToken' in way),
        parameters,
        body: content?.schema ?? null,
        mediaType,
      };
    }),
  );
  const leastOperations = 40;
  if (operations.length < leastOperations) throw new Error(`The document describes only ${operations.length} requests`);
  return operations.filter(({ path }) => !endless.has(path));
}

/** What fits a place in an address: the identifiers of what stands before it, where there are any. */
function wordsFor({ path }: Operation, name: string, { words }: FuzzServer): readonly string[] {
  const before = path.split('/')[path.split('/').indexOf(`{${name}}`) - 1] ?? '';
  const fitting = words.filter((word) => word.startsWith(prefixes[before] ?? '-'));
  return fitting.length > 0 ? fitting : words;
}

const prefixes: Readonly<Record<string, string>> = {
  accounts: idPrefixes.account,
  groups: idPrefixes.group,
  'installation-keys': idPrefixes.installationKey,
  installers: idPrefixes.installer,
  products: idPrefixes.product,
  tokens: idPrefixes.token,
  updates: idPrefixes.update,
  workstations: idPrefixes.workstation,
};

function requestsOf(operation: Operation, server: FuzzServer): fc.Arbitrary<FuzzRequest> {
  const now = new Date(server.clock.now());
  const schemas = operation.parameters.map(({ in: place, name, schema = { type: 'string' } }) => {
    const values = fc.oneof(
      {
        weight: 12,
        arbitrary:
          place === 'path'
            ? fc.constantFrom(...wordsFor(operation, name, server))
            : valuesOf(schema, server.words, now),
      },
      {
        weight: 1,
        arbitrary: fc.tuple(fc.constant('x'), jsonChanges).map(([value, changes]) => changedJson(value, changes)),
      },
    );
    return [`${place}:${name}`, values] as const;
  });
  const inPath = schemas.map(([name]) => name).filter((name) => name.startsWith('path:'));
  const parameters = fc.record(Object.fromEntries(schemas), {
    requiredKeys: inPath,
  }) as FuzzRequest['parameters'] extends infer P ? fc.Arbitrary<P> : never;
  return fc.record({
    operation: fc.constant(operation),
    parameters,
    body: operation.body === null ? fc.constant(undefined) : almostValuesOf(operation.body, server.words, now),
    damage: sometimes(byteChanges, 12),
    isAnonymous: fc.nat({ max: 19 }).map((number) => number === 0),
  });
}

/** As text; nothing where there is none. */
function text(value: unknown): string {
  if (value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** The request as `inject` takes it. */
function asSent({ operation, parameters, body, damage, isAnonymous }: FuzzRequest, server: FuzzServer) {
  const query = new URLSearchParams();
  const headers: Record<string, string> = {};
  let url = operation.path;
  for (const [key, value] of Object.entries(parameters)) {
    const [place, name] = [key.slice(0, key.indexOf(':')), key.slice(key.indexOf(':') + 1)];
    if (place === 'path') url = url.replace(`{${name}}`, encodeURIComponent(text(value).toWellFormed()));
    else if (place === 'query') query.set(name, text(value));
    else headers[name] = encodeURIComponent(text(value).toWellFormed());
  }
  if (!isAnonymous) Object.assign(headers, operation.byWorkstation ? server.workstation : server.owner());
  const bytes = Buffer.from(body === undefined ? '' : JSON.stringify(body));
  const payload = damage === null ? bytes : changedBytes(bytes, damage);
  // A form has no right boundary here: that part of the server is hit by what it must refuse.
  if (operation.mediaType !== null) headers['content-type'] = operation.mediaType;
  const address = query.size === 0 ? url : `${url}?${query.toString()}`;
  return { method: operation.method, url: address, headers, ...(operation.body === null ? {} : { payload }) };
}

async function check(request: FuzzRequest, server: FuzzServer): Promise<void> {
  const sent = asSent(request, server);
  const answer = await inTime(server.system.app.inject(sent), sent.url);
  const said = `${sent.method} ${sent.url.slice(0, 500)} ${JSON.stringify(request.body)} was answered with ${answer.statusCode}: ${answer.body.slice(0, 300)}`;
  // Readiness is what 503 is for.
  if (answer.statusCode >= 500 && sent.url !== '/readyz') throw new Error(`${said}\n${server.errors.at(-1) ?? ''}`);
  const isProblem = String(answer.headers['content-type']).startsWith('application/problem+json');
  if (answer.statusCode >= 400 && sent.url.startsWith('/api/v1/') && !isProblem) throw new Error(`No problem: ${said}`);
  server.clock.advance({ seconds: 1 });
  if (answer.statusCode === 401 && !request.isAnonymous && !request.operation.byWorkstation) await server.signIn();
}

async function inTime<T>(work: Promise<T>, what: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`${what} was not answered in ${longestAnswer} ms`)), longestAnswer);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Requests of every kind. What one leaves in the server is there for the next, so a failing one is not made smaller. */
export const requestsTarget: FuzzTarget<FuzzRequest> = {
  name: 'requests',
  roundSize: 200,
  slowest: longestAnswer,
  shrinks: false,
  open: async () => {
    const server = await openFuzzServer();
    try {
      const operations = await operationsOf(server);
      return {
        inputs: fc.oneof(...operations.map((operation) => requestsOf(operation, server))),
        check: (request) => check(request, server),
        close: () => server.close(),
      };
    } catch (error) {
      await server.close();
      throw error;
    }
  },
};
