// The HTTP side of the server: one fastify instance with every feature's routes, ready for `inject` or `listen`.
import { readFileSync } from 'node:fs';
import cookie from '@fastify/cookie';
import helmet from '@fastify/helmet';
import fastify, { LogController, type FastifyServerOptions } from 'fastify';
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from 'fastify-type-provider-zod';
import type { Config } from '../config.ts';
import type { Feature } from '../feature.ts';
import type { Random } from '../ids.ts';
import type { Log } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { guardAccess, type Identification } from './access.ts';
import type { App } from './app.ts';
import { answerProblems, sendError } from './error-handler.ts';
import { readJsonBodies } from './json-body.ts';
import { describeApi } from './openapi.ts';
import { operationalRoutes } from './operational-routes.ts';
import { styleSource } from './page.ts';
import { endSlowBodies } from './slow-bodies.ts';
import { refuseUnstorableTexts } from './storable-input.ts';

/** What the HTTP side is made of. */
export interface AppParts {
  readonly config: Pick<Config, 'tls' | 'trustedProxies'>;
  readonly log: Log;
  readonly metrics: Metrics;
  readonly random: Random;
  readonly features: readonly Feature[];
  readonly identification: Identification;
  /** The origin under which browsers know the server, where it is configured. */
  readonly publicOrigin: () => string | null;
  /** Rejects with what is wrong while the server must not be sent requests. */
  readonly ready: () => Promise<void>;
}

const jsonLimit = 1024 * 1024;

/** Builds the instance. Nothing listens yet. */
export async function buildApp(parts: AppParts): Promise<App> {
  const app = makeInstance(parts);
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  answerProblems(app);
  endSlowBodies(app);
  readJsonBodies(app);
  refuseUnstorableTexts(app);
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'none'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'", styleSource],
        imgSrc: ["'self'", 'data:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        formAction: ["'self'"],
        baseUri: ["'none'"],
        frameAncestors: ["'none'"],
      },
    },
    referrerPolicy: { policy: 'no-referrer' },
    // Only over TLS, and only where the server itself speaks it: a proxy says for itself.
    hsts: parts.config.tls === null ? false : { maxAge: 31_536_000, includeSubDomains: false },
  });
  await app.register(cookie);
  guardAccess(app, parts.identification, parts.publicOrigin);
  observeRequests(app, parts);
  await describeApi(app);
  for (const { routes, pages } of parts.features) {
    if (routes !== undefined) {
      await app.register(async (scope: App) => routes(scope), { prefix: '/api/v1' });
    }
    if (pages !== undefined) await app.register(async (scope: App) => pages(scope));
  }
  operationalRoutes(app, parts);
  await app.ready();
  return app;
}

function makeInstance({ config, log, random }: AppParts): App {
  const options: FastifyServerOptions = {
    loggerInstance: log,
    logController: new LogController({ disableRequestLogging: true }),
    trustProxy: config.trustedProxies.length === 0 ? false : [...config.trustedProxies],
    bodyLimit: jsonLimit,
    genReqId: () => random(9).toString('base64url'),
    // Idle connections are closed at the stop; those with a request under way end with it.
    forceCloseConnections: 'idle',
    // A large upload over a slow line takes as long as it takes: what comes to a standstill is ended by itself.
    requestTimeout: 0,
    routerOptions: { maxParamLength: 300 },
    frameworkErrors: (error, request, reply) => void sendError(error, request, reply),
  };
  const secure =
    config.tls === null
      ? {}
      : {
          https: {
            cert: readFileSync(config.tls.certFile),
            key: readFileSync(config.tls.keyFile),
            minVersion: 'TLSv1.2' as const,
          },
        };
  return fastify({ ...options, ...secure }).withTypeProvider<ZodTypeProvider>();
}

/** One line in the log (at `debug`) and one observation per request, under the route's pattern: never the address with its secrets. */
function observeRequests(app: App, { metrics }: AppParts): void {
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    const labels = { method: request.method, route, status: String(reply.statusCode) };
    metrics.requests.observe(labels, reply.elapsedTime / 1000);
    const milliseconds = Math.round(reply.elapsedTime);
    request.log.debug({ ...labels, milliseconds, requestId: request.id, address: request.ip }, 'answered');
    done();
  });
}
