// What was compiled beforehand saves time and decides nothing: damaged or foreign, the code runs all the same.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { assetNames, debugName, debugTexts, launchingProgram, wrapped } from './code-cache.ts';

const code = wrapped(
  Buffer.from(
    `const { sep } = require('node:path'); process.stdout.write('ran with ' + sep + ' and ' + (() => 41 + 1)());`,
  ),
);

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'usher-code-cache-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Stands in for the executable: gives the launching program its assets, and everything else of Node. */
const executable = `
const { readFileSync } = require('node:fs');
const [program, assets] = process.argv.slice(1);
const bytes = (path) => new Uint8Array(readFileSync(path)).buffer;
const sea = { getRawAsset: (name) => bytes(assets + name) };
const given = (name) => (name === 'node:sea' ? sea : require(name));
new Function('require', 'module', 'exports', readFileSync(program, 'utf8'))(given, module, exports);
`;

/** What a process says that runs the code by these bytes, where it was made with those. */
function run(compiled: Buffer, madeWith: Buffer = compiled, environment: NodeJS.ProcessEnv = {}) {
  const program = join(folder, 'launching.cjs');
  writeFileSync(program, launchingProgram(madeWith));
  writeFileSync(join(folder, assetNames.code), code);
  writeFileSync(join(folder, assetNames.compiled), compiled);
  const { status, stdout, stderr } = spawnSync(process.execPath, ['-e', executable, program, `${folder}/`], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
  });
  return { status, stdout, stderr };
}

const ran = { status: 0, stdout: 'ran with / and 42', stderr: '' };

/** The same, with what it says of it where it is asked to. */
function told(compiled: Buffer, madeWith: Buffer = compiled) {
  const { stderr, ...rest } = run(compiled, madeWith, { NODE_DEBUG: debugName });
  return { ...rest, stderr: stderr.replace(/^[A-Z-]+ \d+: (.*)\n$/, '$1') };
}
const ranCompiled = { ...ran, stderr: debugTexts.taken };
const compiledAnew = { ...ran, stderr: debugTexts.refused };

/** As a Node with these flags compiles it. */
function compiledWith(...flags: string[]): Buffer {
  const program = `const { Script } = require('node:vm');
process.stdout.write(new Script(${JSON.stringify(code.toString('latin1'))}).createCachedData());`;
  return spawnSync(process.execPath, [...flags, '-e', program]).stdout;
}

/** Whether V8 takes it, in a process that has not compiled the code itself. */
function isTaken(compiled: Buffer): boolean {
  const program = `const { readFileSync } = require('node:fs');
const options = { cachedData: readFileSync(0) };
console.log(new (require('node:vm').Script)(${JSON.stringify(code.toString('latin1'))}, options).cachedDataRejected);`;
  return spawnSync(process.execPath, ['-e', program], { input: compiled, encoding: 'utf8' }).stdout === 'false\n';
}

describe('what was compiled beforehand', () => {
  it('is good for the code that it was made of', () => {
    const compiled = compiledWith();
    expect(isTaken(compiled)).toBe(true);
    expect(run(compiled)).toEqual(ran);
    expect(told(compiled)).toEqual(ranCompiled);
  });

  it('is passed over where any of it was changed, and where it is cut off or empty', () => {
    const compiled = compiledWith();
    for (const at of [0, 40, 100, compiled.length >> 1, compiled.length - 1]) {
      const damaged = Buffer.from(compiled);
      damaged[at] = (damaged[at] ?? 0) ^ 0xff;
      expect(told(damaged, compiled)).toEqual(compiledAnew);
    }
    expect(told(compiled.subarray(0, compiled.length >> 1), compiled)).toEqual(compiledAnew);
    expect(told(Buffer.alloc(0), compiled)).toEqual(compiledAnew);
  });

  it('is passed over where a Node with other flags made it', () => {
    const foreign = compiledWith('--no-opt');
    expect(isTaken(foreign)).toBe(false);
    expect(run(foreign)).toEqual(ran);
    expect(told(foreign)).toEqual(compiledAnew);
  });
});

it('is made of plain ASCII alone, as it is read byte by byte', () => {
  expect(() => wrapped(Buffer.from("const name = 'Grüße';"))).toThrow('not plain ASCII');
});
