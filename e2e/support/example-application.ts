// The example application that keeps itself up to date: built, and put into installers.
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { InstallerRecipe } from '@usher/testkit';

/** The Node for Windows that runs the application; it is there once that was built. */
export const windowsNode = fileURLToPath(new URL('../../dist/example/node.exe', import.meta.url));

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A line that the application has written: that it worked, or what its own alert was told. */
export interface AgentLine {
  readonly version: string;
  readonly args?: readonly string[];
  readonly folder?: string;
  readonly alert?: string;
}

/** What would be lost or torn apart by a shell, or by quoting that is only nearly right. */
export const awkwardArguments: readonly string[] = [
  '--server',
  'a b',
  '',
  'say "hello"',
  'ends with \\',
  'C:\\Program Files\\',
  '"',
  '%PATH% ^ & | > $HOME `id` *',
  'ação 東京',
  '--',
  '--state',
];

/** Builds the application; gives the recipe of the installer of a version. */
export async function exampleApplication(
  ...options: readonly '--runtime'[]
): Promise<(version: string) => InstallerRecipe> {
  await promisify(execFile)(process.execPath, [join(root, 'scripts', 'build-example.ts'), ...options], { cwd: root });
  const content = await readFile(join(root, 'dist', 'example', 'agent.cjs'), 'utf8');
  return (version) => ({
    version,
    files: [
      { name: 'agent.cjs', content },
      { name: 'version.txt', content: version },
    ],
  });
}

/** The lines that the application has written so far. */
export async function agentLines(log: string): Promise<readonly AgentLine[]> {
  const text = await readFile(log, 'utf8').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return '';
    throw error;
  });
  const lines = text.split('\n').filter((line) => line !== '');
  return lines.map((line) => JSON.parse(line) as AgentLine);
}
