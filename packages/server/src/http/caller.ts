// Who sends a request: a person, a program with an API token, or a workstation.
import type { Role } from '@usher/protocol';
import type { FastifyRequest } from 'fastify';
import type { Initiator } from '../initiator.ts';
import { ProblemError } from '../problem-error.ts';

/** A person who signed in. */
export interface AccountCaller {
  readonly kind: 'account';
  readonly id: string;
  readonly name: string;
  readonly role: Role;
  /** The hash under which the session is kept. */
  readonly session: string;
}

/** A program with an API token. */
export interface TokenCaller {
  readonly kind: 'token';
  readonly id: string;
  readonly name: string;
  readonly role: Role;
}

/** A workstation with its token, whatever its status: the route says what a pending or disabled one may do. */
export interface WorkstationCaller {
  readonly kind: 'workstation';
  readonly id: string;
  readonly name: string;
  readonly status: 'pending' | 'authorized' | 'disabled';
}

/** A person or a program that acts for people. */
export type PersonCaller = AccountCaller | TokenCaller;

/** Whoever sends a request. */
export type Caller = PersonCaller | WorkstationCaller;

declare module 'fastify' {
  interface FastifyRequest {
    /** Null on routes that are open to all. */
    caller: Caller | null;
  }
}

/** The person or program behind a request. @throws ProblemError `session.required` */
export function personOf(request: FastifyRequest): PersonCaller {
  const { caller } = request;
  if (caller === null || caller.kind === 'workstation') throw new ProblemError('session.required');
  return caller;
}

/** The workstation behind a request. @throws ProblemError `workstation.not-activated` */
export function workstationOf(request: FastifyRequest): WorkstationCaller {
  if (request.caller?.kind !== 'workstation') throw new ProblemError('workstation.not-activated');
  return request.caller;
}

/** Who a request's changes are recorded under. @throws ProblemError `session.required` on an open route */
export function initiatorOf(request: FastifyRequest): Initiator {
  const { caller } = request;
  if (caller === null) throw new ProblemError('session.required');
  return { actor: { kind: caller.kind, id: caller.id, name: caller.name }, address: request.ip };
}
