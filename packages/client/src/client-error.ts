// The one error class of the client, the closed list of its codes, and the exit status that each leads to.
import { startCodes, type StartCode } from '@usher/protocol';

/** Every way in which the client can fail, with the number that the person sees, where it has one. */
const numbers = {
  'usage.wrong': null,
  'state.unusable': null,
  'state.busy': null,
  'server.unreachable': null,
  'server.timed-out': null,
  'server.insecure': null,
  'server.redirected': null,
  'server.untrusted': null,
  'proxy.failed': null,
  'server.too-large': null,
  'server.not-understood': null,
  'server.problem': null,
  'server.busy': null,
  'workstation.pending': 1002,
  'key.not-valid': 1004,
  'workstation.not-activated': 1005,
  'workstation.disabled': 1008,
  'version.prohibited': 2028,
  'version.unknown': 2029,
  'update.required': 2030,
  'policy.expired': 2031,
  'pass.not-valid': null,
  'update.none': null,
  'update.cancelled': null,
  'update.prohibited': 2028,
  'download.failed': 2040,
  'download.postponed': null,
  'verification.failed': 2041,
  'installer.failed': 2042,
  'registry.unreadable': null,
  'disk.full': 2043,
  'installer.busy': 2044,
  'update.rolled-back': 2046,
  'application.running': null,
  'application.open-elsewhere': null,
  'client.replacing': null,
  'application.not-started': null,
  'application.needs-elevation': null,
  'client.not-started': null,
  'engine.silent': null,
  'engine.impostor': null,
  'engine.not-understood': null,
  'engine.busy': null,
  'engine.asked-too-often': null,
  'engine.failed': null,
} as const satisfies Record<string, StartCode | null>;

/** A stable code: programs, texts and tests refer to it. */
export type ClientErrorCode = keyof typeof numbers;

/** Every code. */
export const clientErrorCodes = Object.keys(numbers) as [ClientErrorCode, ...ClientErrorCode[]];

/** What else is known about a failure. */
export interface FailureFacts {
  /** The exit code of Windows Installer. */
  readonly exitCode?: number | undefined;
  /** The end of the installer's log, with secrets removed. */
  readonly logTail?: string;
  /** How long the server asks to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Bytes needed and bytes free, where space is short. */
  readonly space?: { readonly needed: number; readonly free: number } | undefined;
  /** True where the server was not asked, as it wanted a pause. */
  readonly isPause?: boolean;
  /** The server's time as its answer says it (`Date`), ISO 8601. */
  readonly serverTime?: string;
  /** The server's own code (RFC 9457 `code`). */
  readonly problem?: string | undefined;
  /** In how many sessions of other people the application is open. */
  readonly sessions?: number | undefined;
  /** True where the message is in the language of the person at the workstation already. */
  readonly isForPerson?: boolean;
  /** The codes of what caused it, nearest first, where the causes themselves stayed behind the pipe. */
  readonly because?: readonly ClientErrorCode[] | undefined;
  readonly cause?: unknown;
}

/** Something did not work; `message` is one sentence or two: what happened, and what to do about it. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;
  readonly facts: FailureFacts;

  constructor(code: ClientErrorCode, message: string, facts: FailureFacts = {}) {
    super(message, facts.cause === undefined ? undefined : { cause: facts.cause });
    this.code = code;
    this.facts = facts;
  }

  /** The number that the person sees, or null where the failure has none. */
  get number(): StartCode | null {
    return numbers[this.code];
  }

  /** The exit status of a command that fails so: that of the number, 2 for wrong usage, 0 for what is no failure, else 1. */
  get exitStatus(): number {
    if (this.number !== null) return startCodes[this.number].exitStatus;
    if (this.code === 'client.replacing') return 0;
    return this.code === 'usage.wrong' ? 2 : 1;
  }
}

/** Where there is no identity: `why`, and what to do about it. */
export function notActivated(why = 'This workstation is not activated.'): ClientError {
  return new ClientError('workstation.not-activated', `${why} Activate it: usher-client activate --key FILE.`);
}

/** Whether a failure of the system says that this account has no right to what it tried. */
export function isDenied(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes(systemCode(error) ?? '');
}

/** The failure as a `ClientError` where it is one with one of these codes, else null. */
export function asClientError(error: unknown, ...codes: ClientErrorCode[]): ClientError | null {
  if (!(error instanceof ClientError)) return null;
  return codes.length === 0 || codes.includes(error.code) ? error : null;
}

/** Why the server's answer was not had, as a failure: what is none of the client is one of the verification. */
export function asFailure(error: Error): ClientError {
  return asClientError(error) ?? new ClientError('server.not-understood', error.message, { cause: error });
}

/** The code of a failure, and those of what caused it, nearest first, each once. */
export function codesOf({ code, facts }: ClientError): readonly [ClientErrorCode, ...ClientErrorCode[]] {
  const cause = asClientError(facts.cause);
  const causes = cause === null ? (facts.because ?? []) : codesOf(cause);
  return [code, ...causes.filter((each) => each !== code)];
}

/** What the server, a verification or the system called it that a failure comes from, for support; null where none did. */
export function problemOf({ facts }: ClientError): string | null {
  const cause = asClientError(facts.cause);
  return facts.problem ?? (cause === null ? systemCode(facts.cause) : problemOf(cause));
}

/** The code of a file system or network error (`ENOENT`, say), or null. */
export function systemCode(error: unknown): string | null {
  const code: unknown = error instanceof Error && 'code' in error ? error.code : null;
  return typeof code === 'string' ? code : null;
}
