// Which methods an address answers to, so that a wrong one is told from a wrong address (RFC 9110, section 15.5.6).
import type { FastifyInstance } from 'fastify';

/** Tells the methods of a path; none where nothing answers there at all. */
export type KnownMethods = (path: string) => readonly string[];

/** Notes every route that is added after this. */
export function noteMethods(app: FastifyInstance): KnownMethods {
  const routes: { readonly pattern: RegExp; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // What catches everything says of no address that it is there.
    if (url === '*' || url === '/*') return;
    routes.push({ pattern: patternOf(url), methods: [method].flat() });
  });
  return (path) => {
    const found = routes.filter(({ pattern }) => pattern.test(path)).flatMap(({ methods }) => methods);
    return [...new Set(found)].sort();
  };
}

function patternOf(url: string): RegExp {
  const parts = url.split(/(:[A-Za-z]\w*|\*)/).map((part) => {
    if (part === '*') return '.*';
    return part.startsWith(':') ? '[^/]+' : part.replace(/[.+?^${}()|[\]\\]/g, '\\$&');
  });
  return new RegExp(`^${parts.join('')}/?$`);
}
