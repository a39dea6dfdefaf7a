// How bodies are read: JSON alone, and none at all where everything in it may be left out.
import type { App } from './app.ts';

/**
 * Reads JSON bodies (names like `__proto__` are refused). A missing or empty body counts as `{}` on a route with a schema for it, so that
 * `POST …/start` needs none, and what is needed is named as missing.
 */
export function readJsonBodies(app: App): void {
  app.removeAllContentTypeParsers();
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (body.length === 0) done(null, undefined);
    else void parse(request, body.toString(), done);
  });
  app.addHook('preValidation', (request, _reply, done) => {
    if (request.body === undefined && request.routeOptions.schema?.body !== undefined) request.body = {};
    done();
  });
}
