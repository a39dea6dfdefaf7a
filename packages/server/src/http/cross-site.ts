// Requests that another site makes a browser send.
import type { FastifyRequest } from 'fastify';
import { ProblemError } from '../problem-error.ts';

const harmless = new Set(['GET', 'HEAD', 'OPTIONS']);

/**
 * Refuses a state-changing request that a page of another origin caused. Browsers say so by `Sec-Fetch-Site` (Fetch
 * Metadata) and, older ones, by `Origin`; programs send neither, and cannot be made to send somebody's cookie.
 *
 * @param publicOrigin the origin that the server is known under, where it differs from the request's own
 * @throws ProblemError `request.cross-site`
 */
export function refuseCrossSite(request: FastifyRequest, publicOrigin: string | null): void {
  if (harmless.has(request.method)) return;
  const site = request.headers['sec-fetch-site'];
  if (site !== undefined) {
    if (site === 'same-origin' || site === 'none') return;
    throw new ProblemError('request.cross-site');
  }
  const { origin } = request.headers;
  if (origin === undefined) return;
  if (origin === publicOrigin || origin === `${request.protocol}://${request.host}`) return;
  throw new ProblemError('request.cross-site');
}
