// Speaks HTTP to a running server as any program would: for workstations and administrators that are simulated.

/** What a server answered that was not what the caller expected. */
export class UnexpectedAnswerError extends Error {
  readonly status: number;
  readonly body: string;

  constructor(request: string, status: number, body: string) {
    super(`${request} was answered with ${status}: ${body}`);
    this.name = 'UnexpectedAnswerError';
    this.status = status;
    this.body = body;
  }
}

/** One caller of a server. */
export class WireClient {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param url the server's address, without a slash at its end */
  constructor(url: string, headers: Readonly<Record<string, string>> = {}) {
    this.#url = url;
    this.#headers = headers;
  }

  /** The same server with more headers. */
  with(headers: Readonly<Record<string, string>>): WireClient {
    return new WireClient(this.#url, { ...this.#headers, ...headers });
  }

  /** The body of a JSON call below `/api/v1`. @throws UnexpectedAnswerError on any status of 400 and above */
  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const isForm = body instanceof FormData;
    const answer = await fetch(`${this.#url}/api/v1${path}`, {
      method,
      headers: {
        ...this.#headers,
        ...(body === undefined || isForm ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: isForm ? body : JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) throw new UnexpectedAnswerError(`${method} ${path}`, answer.status, text);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }

  /** The bytes at a path below `/api/v1`. */
  async bytes(path: string): Promise<Uint8Array> {
    const answer = await fetch(`${this.#url}/api/v1${path}`, { headers: this.#headers });
    if (!answer.ok) throw new UnexpectedAnswerError(`GET ${path}`, answer.status, await answer.text());
    return new Uint8Array(await answer.arrayBuffer());
  }

  /** Signs in and answers the caller with that session. */
  async signIn(email: string, password: string): Promise<WireClient> {
    const answer = await fetch(`${this.#url}/api/v1/session`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password }),
    });
    const cookie = answer.headers.getSetCookie()[0]?.split(';')[0];
    if (!answer.ok || cookie === undefined) {
      throw new UnexpectedAnswerError('POST /session', answer.status, await answer.text());
    }
    return this.with({ cookie });
  }
}
