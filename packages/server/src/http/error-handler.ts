// Every failure as a problem (RFC 9457): what was refused with its code, and nothing of the inside of the server.
import { problemKinds, type Problem, type ProblemCode, type ProblemKind } from '@usher/protocol';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { isOutOfRoom } from '../database/out-of-room.ts';
import { isUnstorableText } from '../database/postgres-dialect.ts';
import { invalidInputs, noRoom, ProblemError } from '../problem-error.ts';
import { noteMethods } from './known-methods.ts';

const mediaType = 'application/problem+json';

/** The code for what fastify and its plugins refuse by themselves. */
const byStatus: Readonly<Record<number, ProblemCode>> = {
  400: 'request.malformed',
  404: 'request.not-found',
  408: 'request.too-slow',
  413: 'request.too-large',
  // An identifier in the address that is longer than any.
  414: 'request.not-found',
  415: 'request.unsupported-media-type',
  416: 'request.range-not-satisfiable',
  429: 'request.too-many',
  503: 'server.not-ready',
};

/** Sends every error of this instance, and every request for what is not there, as a problem. */
export function answerProblems(app: FastifyInstance): void {
  app.setErrorHandler<FastifyError>((error, request, reply) => sendError(error, request, reply));
  const methodsOf = noteMethods(app);
  app.setNotFoundHandler((request, reply) => {
    const detail = `Nothing answers ${request.method} here.`;
    const [path = ''] = request.url.split('?');
    const methods = methodsOf(path);
    if (methods.length === 0) return sendError(new ProblemError('request.not-found', detail), request, reply);
    reply.header('allow', methods.join(', '));
    return sendError(new ProblemError('request.method-not-allowed', detail), request, reply);
  });
}

/** Answers one error; also for what fails before a route is found. */
export function sendError(error: unknown, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const problem = asProblemError(error);
  // Whoever closes the page during an upload is no failure of the server, and reads no answer.
  if (isCutOff(error, request)) request.log.debug({ error, requestId: request.id }, 'the caller went away');
  else if (problem.kind.status >= 500) request.log.error({ error, requestId: request.id }, 'a request failed');
  if (problem.retryAfter !== undefined) reply.header('retry-after', String(problem.retryAfter));
  if (problem.kind.status === 401) reply.header('www-authenticate', 'Bearer');
  // As text: the schema of the route says nothing about problems.
  return reply
    .code(problem.kind.status)
    .type(mediaType)
    .serializer((body: unknown) => JSON.stringify(body))
    .send(problemBody(problem, request.id));
}

/** Whether the caller's connection ended before all of the request had come. */
function isCutOff(error: unknown, request: FastifyRequest): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ECONNRESET' && request.raw.readableAborted;
}

function problemBody(problem: ProblemError, requestId: string): Problem {
  const { code, kind, errors, existing, message } = problem;
  return {
    type: `/api/docs#${code}`,
    title: kind.title,
    status: kind.status,
    detail: message,
    code,
    ...(kind.number === undefined ? {} : { number: kind.number }),
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(existing === undefined ? {} : { existing }),
    requestId,
  };
}

function asProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (hasZodFastifySchemaValidationErrors(error)) {
    const errors = error.validation.map(({ instancePath, message, params }) => ({
      path: pathOf(instancePath, params),
      message: message ?? 'is not valid',
    }));
    return invalidInputs(errors);
  }
  if (isUnstorableText(error)) {
    return new ProblemError('request.invalid', 'A text holds a character that cannot be kept.', { cause: error });
  }
  if (isOutOfRoom(error)) return new ProblemError('server.disk-full', noRoom, { cause: error });
  const status = statusOf(error);
  const code = status === undefined ? undefined : byStatus[status];
  if (code !== undefined && error instanceof Error) return new ProblemError(code, error.message, { cause: error });
  const kind: ProblemKind = problemKinds['server.internal'];
  return new ProblemError('server.internal', `${kind.title}. The log of the server says more under this requestId.`);
}

function statusOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}

/** `/filter/status` as `filter.status`; the name of a member that should not be there, where that is what is wrong. */
function pathOf(instancePath: string, params: Readonly<Record<string, unknown>>): string {
  const path = instancePath.split('/').filter((part) => part !== '');
  const { keys } = params;
  const unknown: unknown = Array.isArray(keys) ? keys[0] : undefined;
  return [...path, ...(typeof unknown === 'string' ? [unknown] : [])].join('.');
}
