// Bundles the client and all that it imports to one CommonJS text, which a single executable needs. What it imports where it
// needs it (`import()`) stands in parts of their own, which are run then.
import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build, transform, type BuildOptions, type OutputFile, type Plugin } from 'esbuild';
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
 * A library that every start uses loads another for what only delegated keys have (TUF's patterns of paths): it is loaded
 * where a pattern is looked at.
 */
const withPatternsLate: Plugin = {
  name: 'with-patterns-late',
  setup: (bundler) => {
    bundler.onLoad({ filter: /@tufjs[/\\]models[/\\]dist[/\\]role\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const early = 'const minimatch_1 = require("minimatch");';
      if (!text.includes(early)) throw new Error(`${path} does not load minimatch as it did`);
      return {
        contents: text.replace(
          early,
          'const minimatch_1 = { get minimatch() { return require("minimatch").minimatch; } };',
        ),
      };
    });
  },
};

/** Half the size, which is a part of the time that a start takes; names stay, for what a log says of an error. */
const common = {
  target: `node${carriedNodeVersion}`,
  platform: 'node',
  legalComments: 'eof',
  minifySyntax: true,
  minifyWhitespace: true,
  logLevel: 'silent',
} as const satisfies BuildOptions;

/** A part as a property: a function that CommonJS's three names are given to. */
async function asFunction({ path, text }: OutputFile): Promise<string> {
  // There is nothing to import from: `import()` becomes a `require` of what stands here.
  const supported = { 'dynamic-import': false };
  // Where the file lies means nothing in a single executable: code that asks must not get in.
  const logOverride = { 'empty-import-meta': 'error' } as const;
  const { code } = await transform(text, { ...common, format: 'cjs', supported, logOverride });
  return `${JSON.stringify(`./${basename(path)}`)}: function (require, module, exports) {${code}\n}`;
}

/**
 * The bundle of the program at `entry`, which is told its version.
 * @throws {Error} where there is anything to warn of
 */
export async function bundle(entry: string, version: string): Promise<Uint8Array> {
  const result = await build({
    ...common,
    entryPoints: { program: entry },
    bundle: true,
    write: false,
    splitting: true,
    format: 'esm',
    outdir: root,
    define: { __USHER_CLIENT_VERSION__: JSON.stringify(version) },
    absWorkingDir: root,
    plugins: [withoutTheServersPart, withPatternsLate],
  });
  const said = result.warnings.map((warning) => `${warning.location?.file ?? ''}: ${warning.text}`);
  if (said.length > 0) throw new Error(`the bundle has warnings:\n${said.join('\n')}`);
  const parts = await Promise.all(result.outputFiles.map(asFunction));
  return Buffer.from(`'use strict';
const parts = {
${parts.join(',\n')}
};
const loaded = {};
function load(name) {
  if (!Object.hasOwn(parts, name)) return require(name);
  if (Object.hasOwn(loaded, name)) return loaded[name].exports;
  const part = (loaded[name] = { exports: {} });
  try {
    parts[name](load, part, part.exports);
  } catch (error) {
    delete loaded[name];
    throw error;
  }
  return part.exports;
}
load('./program.js');
`);
}
