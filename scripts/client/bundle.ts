// Bundles the client and all that it imports to one CommonJS text, which a single executable needs.
import { build, type Plugin } from 'esbuild';
import { root } from '../setup.mjs';
import { carriedNodeVersion } from './node-binaries.ts';

/** The inspection of uploads starts a worker from a file beside it: the server's alone, and not for the bundle. */
const withoutTheServersPart: Plugin = {
  name: 'without-the-servers-part',
  setup: (bundler) => {
    const contents = "export const inspectInstaller = () => { throw new Error('not in the client'); };";
    bundler.onLoad({ filter: /packages[/\\]msi[/\\]src[/\\]inspect-installer\.ts$/ }, () => ({
      contents,
      loader: 'ts',
    }));
  },
};

/**
 * The bundle of the program at `entry`, which is told its version.
 * @throws {Error} where there is anything to warn of
 */
export async function bundle(entry: string, version: string): Promise<Uint8Array> {
  const result = await build({
    entryPoints: [entry],
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: `node${carriedNodeVersion}`,
    legalComments: 'eof',
    // Half the size, which is a fifth of the time that a start takes; names stay, for what a log says of an error.
    minifySyntax: true,
    minifyWhitespace: true,
    define: { __USHER_CLIENT_VERSION__: JSON.stringify(version) },
    logLevel: 'silent',
    absWorkingDir: root,
    // Where the file lies means nothing in a single executable: code that asks must not get in.
    logOverride: { 'empty-import-meta': 'error' },
    plugins: [withoutTheServersPart],
  });
  const said = result.warnings.map((warning) => `${warning.location?.file ?? ''}: ${warning.text}`);
  if (said.length > 0) throw new Error(`the bundle has warnings:\n${said.join('\n')}`);
  const [output] = result.outputFiles;
  if (output === undefined) throw new Error('esbuild gave no output');
  return output.contents;
}
