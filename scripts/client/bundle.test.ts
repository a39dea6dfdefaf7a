// The bundle is one text; what it imports where it needs it runs then, and not before.
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { bundle } from './bundle.ts';

async function folderWith(files: Readonly<Record<string, string>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-bundle-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  for (const [name, text] of Object.entries(files)) await writeFile(join(folder, name), text);
  return folder;
}

it('runs a part when it is imported, once, with what it shares with the others', async () => {
  const folder = await folderWith({
    'main.ts': `import { note } from './shared.ts';
declare const __USHER_CLIENT_VERSION__: string;
note('main ' + __USHER_CLIENT_VERSION__);
const load = () => import('./late.ts');
void load().then(async ({ late }) => { late(); (await load()).late(); });`,
    'late.ts': `import { sep } from 'node:path';
import { note } from './shared.ts';
note('late is loaded');
export const late = () => note('late is called with ' + sep);`,
    'shared.ts': `let count = 0;
export const note = (text: string) => process.stdout.write((count += 1) + ' ' + text + '\\n');`,
  });
  const program = join(folder, 'program.cjs');
  await writeFile(program, await bundle(join(folder, 'main.ts'), '1.2.3'));
  const { stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  expect(stderr).toBe('');
  expect(stdout.split('\n')).toEqual([
    '1 main 1.2.3',
    '2 late is loaded',
    '3 late is called with /',
    '4 late is called with /',
    '',
  ]);
});

it('does not take a part for loaded that failed while it was', async () => {
  const folder = await folderWith({
    'main.ts': `const said: string[] = [];
const attempt = () => import('./late.ts').then(({ late }) => said.push('loaded: ' + late), (error) => said.push(error.message));
void attempt().then(attempt).then(() => process.stdout.write(said.join(', ')));`,
    'late.ts': `const state = globalThis as { tried?: boolean };
if (state.tried !== true) { state.tried = true; throw new Error('it failed'); }
export const late = 'whole';`,
  });
  const program = join(folder, 'program.cjs');
  await writeFile(program, await bundle(join(folder, 'main.ts'), '1.2.3'));
  const { stdout } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
  expect(stdout).toBe('it failed, loaded: whole');
});

it('is refused where it would ask where its file lies', async () => {
  const folder = await folderWith({ 'main.ts': 'console.log(import.meta.url);' });
  await expect(bundle(join(folder, 'main.ts'), '1.2.3')).rejects.toThrow('import.meta');
});
