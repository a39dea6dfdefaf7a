// What this server is, and what its workstations trust.
import { readFileSync } from 'node:fs';
import { aboutSchema, type TrustOverview } from '@usher/protocol';
import * as z from 'zod';
import type { Config } from '../../config.ts';
import type { App } from '../../http/app.ts';

/** What the answer is made of. */
export interface AboutTools {
  readonly config: Pick<Config, 'database' | 'maxUploadBytes'>;
  readonly publicUrl: () => string;
  readonly trustOverview: () => Promise<TrustOverview>;
  /** When this process began to serve. */
  readonly startedAt: string;
}

/** The interface to workstations that this server speaks. */
const workstationProtocol = 1;

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));

/** Adds `/about`. */
export function aboutRoutes(app: App, { config, publicUrl, trustOverview, startedAt }: AboutTools): void {
  app.get(
    '/about',
    {
      config: { access: 'read' },
      schema: {
        tags: ['About'],
        summary: 'What this server is, and what its workstations trust',
        response: { 200: aboutSchema },
      },
    },
    async () => {
      const { rootFingerprint, roles } = await trustOverview();
      return {
        version,
        protocol: workstationProtocol,
        publicUrl: publicUrl(),
        database: config.database.kind,
        startedAt,
        maxUploadBytes: config.maxUploadBytes,
        trust: { rootFingerprint, roles: roles.map((role) => ({ ...role, keys: role.keys.map(({ id }) => id) })) },
      };
    },
  );
}
