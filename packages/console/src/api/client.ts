// The one way to the server: typed by the caller, same origin, errors as problems.
import { ProblemError, readProblem } from './problem-error.ts';

/** The path of the console API on the console's own origin. */
export const apiBase = '/api/v1';

/** A query as pages write it; members that are undefined or empty are left out. */
export type Query = Readonly<Record<string, string | number | boolean | undefined>>;

/** The query string with its `?`, or nothing. */
export function queryString(query: Query | undefined): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value !== undefined && value !== '') parameters.set(name, String(value));
  }
  const text = parameters.toString();
  return text === '' ? '' : `?${text}`;
}

interface CallOptions {
  readonly base?: string;
  readonly query?: Query;
  readonly body?: unknown;
  readonly signal?: AbortSignal;
}

async function call<Answer>(method: string, path: string, options: CallOptions): Promise<Answer> {
  const headers = new Headers({ accept: 'application/json' });
  if (options.body !== undefined) headers.set('content-type', 'application/json');
  let response: Response;
  try {
    response = await fetch(`${options.base ?? apiBase}${path}${queryString(options.query)}`, {
      method,
      headers,
      credentials: 'same-origin',
      body: options.body === undefined ? null : JSON.stringify(options.body),
      signal: options.signal ?? null,
    });
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    throw new ProblemError('client.unreachable', 0, null);
  }
  const text = await response.text();
  if (!response.ok) {
    const problem = readProblem(text);
    throw new ProblemError(problem?.code ?? 'client.unexpected', response.status, problem);
  }
  if (text === '') return undefined as Answer;
  try {
    return JSON.parse(text) as Answer;
  } catch {
    throw new ProblemError('client.unexpected', response.status, null);
  }
}

/** `GET path`. */
export function get<Answer>(path: string, query?: Query, signal?: AbortSignal): Promise<Answer> {
  return call<Answer>('GET', path, { ...(query && { query }), ...(signal && { signal }) });
}

/** `POST path`; without a body an empty object is sent, as every action takes one. */
export function post<Answer>(path: string, body: unknown = {}, signal?: AbortSignal): Promise<Answer> {
  return call<Answer>('POST', path, { body, ...(signal && { signal }) });
}

/** `POST /setup`, which stands beside the console API, not in it. */
export function postSetup(body: unknown): Promise<unknown> {
  return call<unknown>('POST', '/setup', { base: '', body });
}

/** `PATCH path`. */
export function patch<Answer>(path: string, body: unknown): Promise<Answer> {
  return call<Answer>('PATCH', path, { body });
}

/** `DELETE path`, with a body where a reason or ids go with it. */
export function remove<Answer = undefined>(path: string, body?: unknown): Promise<Answer> {
  return call<Answer>('DELETE', path, { body });
}
