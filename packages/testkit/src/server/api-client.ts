// Calls the API of a server inside the test, as one caller.
import type { Problem, ProblemCode } from '@usher/protocol';
import type { System } from '@usher/server';

/** What the server answered. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Parsed where it is JSON, else the text. */
  readonly body: unknown;
  readonly text: string;
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT' | 'HEAD';

/** One caller. Paths are relative to `/api/v1`. */
export class ApiClient {
  readonly #app: System['app'];
  readonly #headers: Readonly<Record<string, string>>;

  constructor(app: System['app'], headers: Readonly<Record<string, string>> = {}) {
    this.#app = app;
    this.#headers = headers;
  }

  /** The same caller with more headers. */
  with(headers: Readonly<Record<string, string>>): ApiClient {
    return new ApiClient(this.#app, { ...this.#headers, ...headers });
  }

  /** Signs in and answers the caller with that session. */
  async signIn(email: string, password: string): Promise<ApiClient> {
    const answer = await this.request('POST', '/api/v1/session', { email, password });
    if (answer.status !== 201)
      throw new Error(`Signing in as ${email} was answered with ${answer.status}: ${answer.text}`);
    return this.with({ cookie: sessionCookie(answer) });
  }

  /** Any request, by its whole path. A body that is neither text nor bytes is sent as JSON. */
  async request(
    method: Method,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<ApiAnswer> {
    const isRaw = typeof body === 'string' || Buffer.isBuffer(body);
    const answer = await this.#app.inject({
      method,
      url: path,
      headers: {
        ...this.#headers,
        ...(body === undefined || isRaw ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { payload: isRaw ? body : JSON.stringify(body) }),
    });
    const isJson = /[/+]json(;|$)/.test(answer.headers['content-type'] ?? '');
    return {
      status: answer.statusCode,
      headers: answer.headers,
      text: answer.body,
      body: isJson && answer.body !== '' ? (JSON.parse(answer.body) as unknown) : answer.body,
    };
  }

  /** The body of `GET`, which must be answered with 200. */
  async get<T = Record<string, unknown>>(path: string): Promise<T> {
    return this.#expect<T>('GET', path, undefined, 200);
  }

  /** The body of `POST`, which must be answered with that status. */
  async post<T = Record<string, unknown>>(path: string, body?: unknown, status = 200): Promise<T> {
    return this.#expect<T>('POST', path, body, status);
  }

  /** The body of `PATCH`, which must be answered with 200. */
  async patch<T = Record<string, unknown>>(path: string, body: unknown): Promise<T> {
    return this.#expect<T>('PATCH', path, body, 200);
  }

  /** `DELETE`, which must be answered with that status. */
  async delete<T = Record<string, unknown>>(path: string, body?: unknown, status = 204): Promise<T> {
    return this.#expect<T>('DELETE', path, body, status);
  }

  /** The problem that a request must be answered with. */
  async refused(method: Method, path: string, body: unknown, code: ProblemCode): Promise<Problem> {
    const answer = await this.request(method, `/api/v1${path}`, body);
    const problem = answer.body as Problem;
    if (problem.code !== code || problem.status !== answer.status) {
      throw new Error(`${method} ${path} was answered with ${answer.status}, not with ${code}: ${answer.text}`);
    }
    return problem;
  }

  async #expect<T>(method: Method, path: string, body: unknown, status: number): Promise<T> {
    const answer = await this.request(method, `/api/v1${path}`, body);
    if (answer.status !== status) {
      throw new Error(`${method} ${path} was answered with ${answer.status}, not with ${status}: ${answer.text}`);
    }
    return answer.body as T;
  }
}

/** The session cookie that an answer sets, as a `cookie` header carries it. */
export function sessionCookie(answer: ApiAnswer): string {
  const header = answer.headers['set-cookie'];
  const cookies = (Array.isArray(header) ? header : [header]).filter((text) => typeof text === 'string');
  const cookie = cookies.find((text) => text.startsWith('usher_session='));
  if (cookie === undefined) throw new Error(`The answer sets no session cookie: ${answer.text}`);
  return cookie.split(';')[0] ?? '';
}
