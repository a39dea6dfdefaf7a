// Bundles the example application with the client library in it, as an application's own build would, to dist/example.
//
//     node scripts/run.mjs scripts/build-example.ts
import { join } from 'node:path';
import { build } from 'esbuild';
import { root } from './setup.mjs';

await build({
  entryPoints: [join(root, 'packages', 'client', 'examples', 'self-updating-application', 'agent.ts')],
  outfile: join(root, 'dist', 'example', 'agent.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  logLevel: 'error',
  // The inspection of uploads, which the server does, asks where it lies; the client never comes there.
  logOverride: { 'empty-import-meta': 'silent' },
});
