// Whom workstations trust, over HTTP.
import { trustSchema } from '@usher/protocol';
import type { Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { App } from '../../http/app.ts';
import { trustOverview } from './overview.ts';

/** Adds `/trust`. */
export function trustRoutes(app: App, { read, clock }: { readonly read: Reader; readonly clock: Clock }): void {
  app.get(
    '/trust',
    {
      config: { access: 'read' },
      schema: {
        tags: ['Catalogue'],
        summary: 'Whom workstations trust: roles, keys and where they are, what waits for a signature, and warnings',
        response: { 200: trustSchema },
      },
    },
    () => trustOverview(read, clock),
  );
}
