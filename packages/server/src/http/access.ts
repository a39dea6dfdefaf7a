// Who may call which route: every route says it, and one that does not is not registered.
import { isPermitted, type Permission } from '@usher/protocol';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ProblemError } from '../problem-error.ts';
import type { PersonCaller, WorkstationCaller } from './caller.ts';
import { refuseCrossSite } from './cross-site.ts';

/**
 * Who may call a route: everybody (`open`), a workstation with its token, whoever is signed in, or whoever's role allows an
 * action.
 */
export type Access = 'open' | 'workstation' | 'signed-in' | Permission;

declare module 'fastify' {
  interface FastifyContextConfig {
    access?: Access;
  }
}

/** Finds out who sends a request. */
export interface Identification {
  /** By cookie or API token; null where it carries neither, or one that is not valid (any more). */
  readonly person: (request: FastifyRequest) => Promise<PersonCaller | null>;
  readonly workstation: (token: string) => Promise<WorkstationCaller | null>;
}

/** Makes every route declare its access, and every request meet it before anything else is read of it. */
export function guardAccess(
  app: FastifyInstance,
  identification: Identification,
  publicOrigin: () => string | null,
): void {
  app.decorateRequest('caller', null);
  app.addHook('onRoute', (route) => {
    if (route.config?.access === undefined) {
      throw new Error(`${String(route.method)} ${route.url} does not say who may call it (config.access).`);
    }
  });
  app.addHook('onRequest', async (request) => {
    const { access } = request.routeOptions.config;
    // Only the answer to unknown addresses has none.
    if (access === undefined || access === 'open') return;
    if (access === 'workstation') {
      request.caller = await identifyWorkstation(request, identification);
      return;
    }
    const person = await identification.person(request);
    if (person === null) throw new ProblemError('session.required');
    if (person.kind === 'account') refuseCrossSite(request, publicOrigin());
    request.caller = person;
    if (access !== 'signed-in' && !isPermitted(person.role, access)) {
      throw new ProblemError('permission.denied', `The role ${person.role} does not include ${access}.`);
    }
  });
}

async function identifyWorkstation(
  request: FastifyRequest,
  identification: Identification,
): Promise<WorkstationCaller> {
  const token = bearerToken(request);
  const workstation = token === null ? null : await identification.workstation(token);
  if (workstation === null) throw new ProblemError('workstation.not-activated');
  return workstation;
}

/** The token of `Authorization: Bearer …`; null where there is none (RFC 6750, section 2.1). */
export function bearerToken(request: FastifyRequest): string | null {
  return /^Bearer ([A-Za-z0-9._~+/=-]{1,512})$/i.exec(request.headers.authorization ?? '')?.[1] ?? null;
}
