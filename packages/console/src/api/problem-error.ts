// What a failed call becomes: the server's problem, or the reason why no answer came.
import type { Problem, ProblemCode } from '@usher/protocol';

/** What the console itself can say of a call that got no problem from the server. */
export type ClientProblemCode = 'client.unreachable' | 'client.cancelled' | 'client.unexpected';

/** A call that failed, with the problem in a form that a page can show. */
export class ProblemError extends Error {
  readonly code: ProblemCode | ClientProblemCode | (string & {});
  readonly status: number;
  readonly problem: Problem | null;

  constructor(code: ProblemError['code'], status: number, problem: Problem | null) {
    super(problem?.detail ?? code);
    this.name = 'ProblemError';
    this.code = code;
    this.status = status;
    this.problem = problem;
  }

  /** The server's message for one field of the body, if it gave one. */
  field(path: string): string | undefined {
    return this.problem?.errors?.find((error) => error.path === path || error.path.endsWith(`.${path}`))?.message;
  }
}

/** Reads an answer's text as a problem; null where it is none. */
export function readProblem(text: string): Problem | null {
  try {
    const value: unknown = JSON.parse(text);
    return isProblem(value) ? value : null;
  } catch {
    return null;
  }
}

function isProblem(value: unknown): value is Problem {
  return (
    typeof value === 'object' &&
    value !== null &&
    'code' in value &&
    typeof value.code === 'string' &&
    'title' in value &&
    typeof value.title === 'string'
  );
}
