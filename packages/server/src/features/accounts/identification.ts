// Who a request comes from: the session of its cookie, or the API token of its Authorization header.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { bearerToken } from '../../http/access.ts';
import type { PersonCaller } from '../../http/caller.ts';
import { sessionLife, type SessionsService } from './sessions-service.ts';

const cookieName = 'usher_session';

/** An Authorization header says who it is, and nothing else does then: a cookie beside it is not looked at. */
export async function identifyPerson(request: FastifyRequest, sessions: SessionsService): Promise<PersonCaller | null> {
  if (request.headers.authorization !== undefined) {
    const token = bearerToken(request);
    return token === null ? null : sessions.identifyToken(token);
  }
  const secret = request.cookies[cookieName];
  return secret === undefined ? null : sessions.identifySession(secret);
}

/** Hands the session to the browser; over plain HTTP (this machine alone) the cookie cannot be `Secure`. */
export function setSessionCookie(request: FastifyRequest, reply: FastifyReply, secret: string): void {
  reply.setCookie(cookieName, secret, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
    maxAge: sessionLife.absolute / 1000,
  });
}

/** Takes the session from the browser. */
export function clearSessionCookie(request: FastifyRequest, reply: FastifyReply): void {
  reply.clearCookie(cookieName, {
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: request.protocol === 'https',
  });
}
