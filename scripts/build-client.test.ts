// Whoever asks how the client is built is told, and nothing is built.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const program = fileURLToPath(new URL('build-client.ts', import.meta.url));

function run(...args: readonly string[]) {
  return spawnSync(process.execPath, [program, ...args], { encoding: 'utf8' });
}

it('prints its usage with every option, and ends with 0', () => {
  const { status, stdout, stderr } = run('--help');
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^usage: npm run build:client/);
  for (const option of ['sign', 'version', 'out', 'platform', 'entry', 'no-wine']) {
    expect(stdout).toContain(`--${option} `);
  }
});

it('refuses an option that it does not know', () => {
  const { status, stderr } = run('--bogus');
  expect(status).toBe(1);
  expect(stderr).toContain("Unknown option '--bogus'");
});
