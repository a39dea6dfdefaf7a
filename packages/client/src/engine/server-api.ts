// The workstation API as calls: what goes out is typed, what comes back is parsed, a refusal is a `ClientError`.
import {
  activateAnswerSchema,
  checkAnswerSchema,
  problemSchema,
  reportsAnswerSchema,
  type ActivateAnswer,
  type ActivateRequest,
  type CheckAnswer,
  type CheckRequest,
  type MachineAlarm,
  type Report,
  type StartReport,
} from '@usher/protocol';
import { consistentTargetName, TrustError, type FetchAnswer, type MetadataFetcher } from '@usher/trust';
import type * as z from 'zod';
import { asClientError, ClientError, type ClientErrorCode } from '../client-error.ts';
import { displayLine } from '../launcher/display-text.ts';
import type { HttpAnswer, HttpClient, HttpStream } from './http-client.ts';
import { retryAfterMs, tooMany, type Pausable, type RequestPauses } from './retry-after.ts';

const base = '/api/v1/workstation';
const longestAnswer = 2 * 1024 * 1024;
/** A person waits for the check; when it takes longer, the policy of the last one holds. */
const checkTimeoutMs = 3_000;
const timeoutMs = 15_000;
const downloadIdleMs = 30_000;

/** What the server's refusals mean here, by the number that it gives. */
const refusals: Readonly<Record<number, ClientErrorCode>> = {
  1002: 'workstation.pending',
  1004: 'key.not-valid',
  1005: 'workstation.not-activated',
  1008: 'workstation.disabled',
};

/** What to do about a refusal, where the server's own sentence does not say it. */
const advice: Partial<Record<ClientErrorCode, string>> = {
  'workstation.pending': 'Ask your administrator to authorize this workstation.',
  'key.not-valid': 'Ask your administrator for a new installation key.',
  'workstation.not-activated': 'Activate it: usher-client activate --key FILE.',
  'workstation.disabled': 'Ask your administrator.',
  'server.busy': 'Try again later.',
};

/** What is told at once. */
interface Told {
  readonly reports: readonly Report[];
  readonly starts: readonly StartReport[];
  readonly alarms: readonly MachineAlarm[];
}

/** The calls of one workstation to its server. */
export class ServerApi {
  readonly #http: HttpClient;
  readonly #server: string;
  readonly #token: string | null;
  readonly #pauses: RequestPauses | null;
  #answeredAt: number | null = null;

  /**
   * @param token null before the activation: then only `activate` and the metadata can be asked for
   * @param pauses what check, reports and metadata heed, each for itself, when the server asks to be left alone
   */
  constructor(http: HttpClient, server: string, token: string | null, pauses: RequestPauses | null = null) {
    this.#http = http;
    this.#server = server;
    this.#token = token;
    this.#pauses = pauses;
  }

  /** Rejects with `key.not-valid` and any `server.…` code. */
  activate(request: ActivateRequest): Promise<ActivateAnswer> {
    return this.#post('/activate', null, request, activateAnswerSchema, timeoutMs);
  }

  /** Rejects with `workstation.not-activated` and any `server.…` code. */
  check(request: CheckRequest): Promise<CheckAnswer> {
    return this.#post('/check', 'check', request, checkAnswerSchema, checkTimeoutMs);
  }

  /** The ids that need not be sent again. Rejects as `check` does. */
  async report({ reports, starts, alarms }: Told): Promise<readonly string[]> {
    const body = {
      reports,
      ...(starts.length === 0 ? {} : { starts }),
      ...(alarms.length === 0 ? {} : { alarms }),
    };
    const answer = await this.#post('/reports', 'reports', body, reportsAnswerSchema, timeoutMs);
    return [...answer.accepted, ...answer.rejected.map(({ id }) => id)];
  }

  /**
   * The server's own time when it answered a call last (its `Date`, to the second), in milliseconds since 1970; null where it has
   * not answered yet, or does not say.
   */
  get answeredAt(): number | null {
    return this.#answeredAt;
  }

  /** Where the catalogue's metadata are. */
  get metadataUrl(): string {
    return `${this.#server}${base}/tuf`;
  }

  /** How the catalogue's metadata are fetched. */
  get metadataFetcher(): MetadataFetcher {
    return { fetch: (url, options) => this.#fetchMetadata(url, options) };
  }

  async #fetchMetadata(url: string, options: Parameters<MetadataFetcher['fetch']>[1]): Promise<FetchAnswer> {
    const etag: Record<string, string> = options.etag === undefined ? {} : { 'if-none-match': options.etag };
    const headers = { ...this.#authorization(), ...etag };
    const maxBytes = options.maxLength;
    await this.#pauses?.refuse('metadata');
    const signal = options.signal === undefined ? {} : { signal: options.signal };
    const request = { method: 'GET', url, headers, timeoutMs, maxBytes, ...signal } as const;
    const answer = await this.#http.request(request).catch(asTooLarge);
    if (answer.status === 304) return { status: 'unchanged' };
    if (answer.status === 404 || answer.status === 403) return { status: 'missing' };
    if (answer.status !== 200) throw await this.#refused(answer, 'metadata');
    return { status: 'found', bytes: answer.body, etag: answer.headers.etag };
  }

  /** Begins to fetch an installer. The answer may be any status; its body is the caller's. */
  openTarget(
    target: { readonly path: string; readonly sha256: string },
    headers: Readonly<Record<string, string>>,
    signal?: AbortSignal,
  ): Promise<HttpStream> {
    const name = consistentTargetName(target.path, target.sha256);
    const encoded = name.split('/').map(encodeURIComponent).join('/');
    return this.#http.open({
      method: 'GET',
      url: `${this.#server}${base}/tuf/targets/${encoded}`,
      headers: { ...this.#authorization(), ...headers },
      timeoutMs: downloadIdleMs,
      ...(signal === undefined ? {} : { signal }),
    });
  }

  async #post<Schema extends z.ZodType>(
    path: string,
    what: Pausable | null,
    body: unknown,
    schema: Schema,
    timeout: number,
  ): Promise<z.output<Schema>> {
    if (what !== null) await this.#pauses?.refuse(what);
    const answer = await this.#http.request({
      method: 'POST',
      url: `${this.#server}${base}${path}`,
      headers: this.#authorization(),
      body: JSON.stringify(body),
      timeoutMs: timeout,
      maxBytes: longestAnswer,
    });
    this.#answeredAt = dateOf(answer);
    if (answer.status < 200 || answer.status > 299) throw await this.#refused(answer, what);
    const parsed = schema.safeParse(jsonOf(answer.body));
    if (parsed.success) return parsed.data;
    throw new ClientError(
      'server.not-understood',
      'The server answered in a way that this client does not understand. Is it an Usher server, and of this version?',
      { cause: parsed.error },
    );
  }

  /** What a refusing answer says; where it asks to be left alone for a while, that is noted. */
  async #refused(answer: HttpAnswer, what: Pausable | null): Promise<ClientError> {
    const error = refusal(answer);
    const ms = error.facts.retryAfterMs ?? 0;
    if (what !== null && error.code === 'server.busy' && ms > 0) await this.#pauses?.begin(what, ms);
    return error;
  }

  #authorization(): Record<string, string> {
    return this.#token === null ? {} : { authorization: `Bearer ${this.#token}` };
  }
}

/** The catalogue's rules have their own error for what is longer than it may be. */
function asTooLarge(error: unknown): never {
  const tooLarge = asClientError(error, 'server.too-large');
  throw tooLarge === null ? error : new TrustError('metadata.too-large', tooLarge.message, { cause: error });
}

/** What a refusing answer says, as an error: by its number first, then by its status. */
export function refusal(answer: Pick<HttpAnswer, 'status' | 'headers' | 'body'>): ClientError {
  const parsed = problemSchema.safeParse(jsonOf(answer.body));
  const problem = parsed.success ? parsed.data : null;
  const isBusy = answer.status === 429 || answer.status >= 500;
  // A proxy before the server says it without words.
  const problemCode = problem?.code ?? (answer.status === 429 ? tooMany : undefined);
  const code = refusals[problem?.number ?? 0] ?? (isBusy ? 'server.busy' : 'server.problem');
  const said =
    problem === null
      ? `The server answered ${answer.status}.`
      : sentence(displayLine(problem.detail || problem.title, 600));
  const waitMs = retryAfterMs(answer.headers);
  const at = dateOf(answer);
  const more = said.includes('Ask your administrator') ? undefined : advice[code];
  return new ClientError(code, [said, more].filter((part) => part !== undefined).join(' '), {
    ...(problemCode === undefined ? {} : { problem: problemCode }),
    ...(waitMs === null ? {} : { retryAfterMs: waitMs }),
    ...(at === null ? {} : { serverTime: new Date(at).toISOString() }),
  });
}

/** When an answer was made, by whoever made it. */
function dateOf({ headers }: Pick<HttpAnswer, 'headers'>): number | null {
  const at = Date.parse(headers.date ?? '');
  return Number.isNaN(at) ? null : at;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    // Whatever it is, it fits no schema: the caller says so in its own words.
    return undefined;
  }
}
