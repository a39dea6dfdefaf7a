// The checks of this repository can fail: each is shown a tree that breaks its rule, and has to say so.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';
import { check as isFormatted, resolveConfig } from 'prettier';
import { afterEach, describe, expect, it } from 'vitest';
import { dependencyViolations } from './check-dependencies.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folders: string[] = [];

/** A tree of such files below this repository, so that its tools find their libraries. */
function tree(files: Record<string, string>): string {
  mkdirSync(join(root, '.build'), { recursive: true });
  const folder = mkdtempSync(join(root, '.build', 'broken-'));
  folders.push(folder);
  for (const base of ['packages', 'e2e', 'bench']) mkdirSync(join(folder, base));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

describe('the import table', () => {
  it.each([
    [
      'the client reaching into the server',
      'client-imports-only-what-it-may',
      { from: 'client/src/a.ts', to: 'server/src/b.ts' },
    ],
    [
      'the rules reaching into the protocol',
      'core-imports-only-what-it-may',
      { from: 'core/src/a.ts', to: 'protocol/src/b.ts' },
    ],
    [
      'production code reaching into the testkit',
      'only-tests-use-the-testkit',
      { from: 'trust/src/a.ts', to: 'testkit/src/b.ts' },
    ],
    [
      "a feature reaching into another's store",
      'a-feature-reaches-another-through-its-service-or-read-model',
      { from: 'server/src/features/updates/service.ts', to: 'server/src/features/workstations/store.ts' },
    ],
  ])('refuses %s', async (_what, rule, { from, to }) => {
    const depth = from.split('/').length - 1;
    const folder = tree({
      [`packages/${from}`]: `import { b } from '${'../'.repeat(depth)}${to}';\nexport const a = b;\n`,
      [`packages/${to}`]: 'export const b = 1;\n',
    });
    const violations = await dependencyViolations(folder, 2);
    expect(violations.join('\n')).toContain(`${rule}: packages/${from} -> packages/${to}`);
  });

  it('refuses circles', async () => {
    const folder = tree({
      'packages/core/src/a.ts': "import { b } from './b.ts';\nexport const a = (): number => b();\n",
      'packages/core/src/b.ts': "import { a } from './a.ts';\nexport const b = (): number => a();\n",
    });
    expect((await dependencyViolations(folder, 2)).join('\n')).toContain('no-cycles');
  });

  it('refuses any library and any part of Node in the rules', async () => {
    const folder = tree({ 'packages/core/src/a.ts': "import fs from 'node:fs';\nexport const a = fs;\n" });
    expect((await dependencyViolations(folder, 1)).join('\n')).toContain('core-uses-only-its-libraries');
  });

  it('refuses to call it a success when nothing was read', async () => {
    expect(await dependencyViolations(tree({}), 1)).toEqual([
      'only 0 modules were read, at least 1 were expected: the rules were not checked',
    ]);
  });
});

describe('the other checks', () => {
  it('lint refuses ambient time in product code', async () => {
    const eslint = new ESLint({ cwd: root });
    const file = join(root, 'packages/protocol/src/protocol-number.ts');
    const [result] = await eslint.lintText('export const protocolNumber = Date.now();\n', { filePath: file });
    expect(result?.messages.map((message) => message.ruleId)).toContain('no-restricted-syntax');
  });

  it('lint refuses a promise that nobody waits for', async () => {
    const eslint = new ESLint({ cwd: root });
    const file = join(root, 'packages/protocol/src/protocol-number.ts');
    const [result] = await eslint.lintText('Promise.resolve(1);\n', { filePath: file });
    expect(result?.messages.map((message) => message.ruleId)).toContain('@typescript-eslint/no-floating-promises');
  });

  it('types refuse an element that may not be there', () => {
    const folder = tree({
      'tsconfig.json': JSON.stringify({ extends: '../../tsconfig.base.json', include: ['*.ts'] }),
      'a.ts': 'const list: number[] = [];\nexport const first: number = list[0];\n',
    });
    const result = spawnSync(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder], {
      encoding: 'utf8',
    });
    expect(result.status).not.toBe(0);
    expect(result.stdout).toContain('TS2322');
  });

  it('format refuses what the formatter would write differently', async () => {
    const file = join(root, 'packages/core/src/index.ts');
    const options = { ...(await resolveConfig(file)), filepath: file };
    expect(await isFormatted('export  const a = "b"\n', options)).toBe(false);
    expect(await isFormatted("export const a = 'b';\n", options)).toBe(true);
  });

  it('dead code is named', () => {
    const folder = tree({
      'package.json': JSON.stringify({ name: 'broken', private: true, type: 'module' }),
      'tsconfig.json': JSON.stringify({ extends: '../../tsconfig.base.json', include: ['src'] }),
      'knip.json': JSON.stringify({ entry: ['src/index.ts'], project: ['src/**'] }),
      'src/index.ts': "import { used } from './a.ts';\nused();\n",
      'src/a.ts': 'export function used(): void {}\nexport function forgotten(): void {}\n',
    });
    const result = spawnSync(process.execPath, [join(root, 'node_modules/knip/bin/knip.js'), '--directory', folder], {
      encoding: 'utf8',
    });
    expect(result.status).not.toBe(0);
    expect(result.stdout).toContain('forgotten');
  });
});
