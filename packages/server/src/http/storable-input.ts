// Texts that no database here can keep, refused in one place before any route works with them.
import { ProblemError, type Fault } from '../problem-error.ts';
import type { App } from './app.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /**
     * The route makes the texts of its body harmless itself (`plain-text.ts`). For what machines send by themselves: they could
     * not mend it, and would send it for ever.
     */
    makesTextsPlain?: boolean;
  }
}

/** Names are short here; whatever was sent, the answer is. */
const longestPath = 200;

/**
 * Refuses, on every route, a path, a query or a JSON body with a NUL, which PostgreSQL cannot hold, or with half of a
 * surrogate pair, which UTF-8 cannot: `request.invalid`, the same on every dialect.
 */
export function refuseUnstorableTexts(app: App): void {
  app.addHook('preValidation', (request, _reply, done) => {
    const { params, query, body, routeOptions } = request;
    const path = pathToUnstorable([params, query, routeOptions.config.makesTextsPlain === true ? null : body]);
    if (path === null) {
      done();
      return;
    }
    const fault: Fault = { path, message: 'holds a NUL or half of a surrogate pair' };
    done(
      new ProblemError('request.invalid', path === '' ? `The text ${fault.message}.` : `${path}: ${fault.message}`, {
        errors: [fault],
      }),
    );
  });
}

/** Whether a database can keep a text as it is. */
export function isStorable(text: string): boolean {
  return !text.includes('\0') && text.isWellFormed();
}

/** Where the first text is that cannot be kept, names of members included; null where all can. Takes any depth. */
function pathToUnstorable(roots: readonly unknown[]): string | null {
  const waiting = roots.map((value) => ({ path: '', value }));
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { path, value } = next;
    if (typeof value === 'string') {
      if (!isStorable(value)) return path;
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        if (!isStorable(name)) return path;
        if (typeof member !== 'string' && typeof member !== 'object') continue;
        waiting.push({ path: (path === '' ? name : `${path}.${name}`).slice(0, longestPath), value: member });
      }
    }
  }
  return null;
}
