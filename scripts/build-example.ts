// Bundles the example application with the client library in it, as an application's own build would, to dist/example;
// with `--runtime`, the Node for Windows that runs it lies beside it.
//
//     node scripts/run.mjs scripts/build-example.ts [--runtime]
import { existsSync } from 'node:fs';
import { link, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { build } from 'esbuild';
import { nodeBinary } from './client/node-binaries.ts';
import { root } from './setup.mjs';

const folder = join(root, 'dist', 'example');
const runtime = join(folder, 'node.exe');

await build({
  entryPoints: [join(root, 'packages', 'client', 'examples', 'self-updating-application', 'agent.ts')],
  outfile: join(folder, 'agent.cjs'),
  bundle: true,
  platform: 'node',
  format: 'cjs',
  target: 'node22',
  logLevel: 'error',
  // The inspection of uploads, which the server does, asks where it lies; the client never comes there.
  logOverride: { 'empty-import-meta': 'silent' },
});
if (process.argv.includes('--runtime') && !existsSync(runtime)) {
  await mkdir(folder, { recursive: true });
  await link(await nodeBinary('win-x64', join(root, '.build', 'client')), runtime);
}
