// Why something was refused, made where the cause is known and answered as a problem (RFC 9457) in one place.
import { problemKinds, type Problem, type ProblemCode, type ProblemKind } from '@usher/protocol';
import type * as z from 'zod';

/** What is said while nothing can be written. */
export const noRoom =
  'The disk of the server, or of its database, is full: nothing can be recorded. Whoever operates it has to make room there.';

/** One thing wrong with what was sent: where, and what. */
export interface Fault {
  /** Names and indexes joined by dots: `filter.status`, `ids.3`; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** What a problem can carry beside its code. */
export interface ProblemExtras {
  readonly errors?: readonly Fault[];
  /** Seconds after which it makes sense to try again. */
  readonly retryAfter?: number;
  /** What is here already, where that is why. */
  readonly existing?: Problem['existing'];
  readonly cause?: unknown;
}

/** A refusal with a code of the closed list. Its message is shown to the caller: it holds no secret. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly kind: ProblemKind;
  readonly errors: readonly Fault[] | undefined;
  readonly retryAfter: number | undefined;
  readonly existing: Problem['existing'];

  /** @param detail what happened here, in a sentence; the title of the code where it says enough */
  constructor(code: ProblemCode, detail?: string, extras: ProblemExtras = {}) {
    const kind: ProblemKind = problemKinds[code];
    super(detail ?? `${kind.title}.`, { cause: extras.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.kind = kind;
    this.errors = extras.errors;
    this.retryAfter = extras.retryAfter;
    this.existing = extras.existing;
  }
}

/** A refusal of what several members say: `request.invalid`, with a sentence that names each. */
export function invalidInputs(errors: readonly Fault[]): ProblemError {
  const sentence = errors.map(({ path, message }) => (path === '' ? message : `${path}: ${message}`)).join('; ');
  return new ProblemError('request.invalid', sentence, { errors });
}

/** What a schema found wrong, as faults. */
export function faultsOf(error: z.ZodError, below: readonly string[] = []): Fault[] {
  return error.issues.map(({ path, message }) => ({ path: [...below, ...path].join('.'), message }));
}

/** A refusal of one member of what was sent: `request.invalid`. */
export function invalidInput(path: string, message: string): ProblemError {
  return invalidInputs([{ path, message }]);
}
