// Compiles the client's code beforehand: what a start runs stands compiled in the executable, beside the code itself.
import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { UsualMachine } from './usual-machine.ts';
import { UsualStarts } from './usual-starts.ts';

/** The names of the code and of what was compiled of it, inside the executable. */
export const assetNames = { code: 'client.cjs', compiled: 'client.compiled' } as const;

/** With `NODE_DEBUG=usher-client` an executable says on standard error whether its start was compiled beforehand. */
export const debugName = 'usher-client';
export const debugTexts = { taken: 'runs what was compiled beforehand', refused: 'compiles its code now' } as const;

/** How both programs below make a script of the code: what was compiled of one text is good for the same text alone. */
const options = `filename: '${assetNames.code}'`;

/** The bundle as the text of one function, so that it gets Node's own `require`. ASCII, as esbuild writes it. */
export function wrapped(bundle: Uint8Array): Buffer {
  const text = Buffer.concat([Buffer.from('(function (require, module, exports) { '), bundle, Buffer.from('\n})')]);
  if (text.some((byte) => byte > 0x7f)) throw new Error('the bundle is not plain ASCII');
  return text;
}

/**
 * The program that the executable begins with: runs the code by what was compiled of it. V8 itself refuses what another
 * version, or one with other flags, has compiled, and compiles the code then; what is not whole it would take, so that
 * its hash is looked at first.
 */
export function launchingProgram(compiled: Uint8Array): string {
  const digest = createHash('sha256').update(compiled).digest('hex');
  return `'use strict';
const { getRawAsset } = require('node:sea');
const { hash } = require('node:crypto');
const { debuglog } = require('node:util');
const { Script } = require('node:vm');
const code = Buffer.from(getRawAsset('${assetNames.code}')).latin1Slice();
const compiled = Buffer.from(getRawAsset('${assetNames.compiled}'));
const isWhole = hash('sha256', compiled) === '${digest}';
const script = new Script(code, { ${options}, cachedData: isWhole ? compiled : undefined });
debuglog('${debugName}')(isWhole && !script.cachedDataRejected ? '${debugTexts.taken}' : '${debugTexts.refused}');
script.runInThisContext()(require, module, exports);
`;
}

/** Runs the client once with each list of arguments, in one process, and writes what was compiled meanwhile. */
const recordingProgram = `'use strict';
const fs = require('node:fs');
const { Script } = require('node:vm');
const [codePath, compiledPath, lists] = process.argv.slice(2);
const exit = process.exit;
const script = new Script(fs.readFileSync(codePath, 'latin1'), { ${options} });
(async () => {
  for (const args of JSON.parse(lists)) {
    process.argv = [process.execPath, process.execPath, ...args];
    const status = await new Promise((resolve) => {
      process.exit = resolve;
      script.runInThisContext()(require, module, exports);
    });
    if (status !== 0) exit(status);
  }
  fs.writeFileSync(compiledPath, script.createCachedData());
  exit(0);
})();
`;

/**
 * What the Node of `machine` compiles of the code in usual starts: with a server, without one, and through an engine. The
 * executable must carry that very Node, and give it the same `flags`.
 * @throws {Error} where such a start fails
 */
export async function compiledBeforehand(
  bundlePath: string,
  codePath: string,
  { machine, flags }: { readonly machine: UsualMachine; readonly flags: readonly string[] },
): Promise<Buffer> {
  await using starts = await UsualStarts.prepare(machine, [...flags, machine.named(bundlePath)]);
  const recorder = join(machine.folder, 'record.cjs');
  const compiled = join(machine.folder, assetNames.compiled);
  await writeFile(recorder, recordingProgram);
  const [program, ...paths] = [recorder, codePath, compiled].map((path) => machine.named(path)) as [
    string,
    ...string[],
  ];
  await machine.node([...flags, program, ...paths, JSON.stringify(starts.commandLines)]);
  return await readFile(compiled);
}
