// The demo does what it says: a fleet lives through an update, from the first offer to the last installation.
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('main.ts', import.meta.url));

function run(args: readonly string[]): Promise<{ status: number | null; output: string; errors: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [program, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let errors = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (status) => resolve({ status, output, errors }));
  });
}

it('brings every workstation of a fleet to the new version', async () => {
  const { status, output, errors } = await run(['--once', '--workstations', '12', '--pace', '50']);
  expect(errors).toBe('');
  expect(output).toContain('running: waiting 12');
  expect(output).toMatch(/completed: installed 12\n$/);
  expect(status).toBe(0);
});

it.each([
  [['--workstations', '0'], '--workstations takes 1 to 5000.'],
  [['--port', '99999'], '--port takes 0 to 65535.'],
  [['--port', 'http'], '--port takes 0 to 65535.'],
])('refuses what makes no sense, with a sentence: %j', async (args, said) => {
  const { status, errors } = await run(args);
  expect(status).toBe(1);
  expect(errors).toContain(said);
});
