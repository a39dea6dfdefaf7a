// Tests that the documentation of the workstation knows every command and every option of it.
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { commands } from './commands.ts';

const page = new URL('../../../../docs/workstation.md', import.meta.url);

/** What the client runs by itself. */
const internal = new Set(['replace']);

test.each(Object.keys(commands).filter((name) => !internal.has(name)))('%s has its line in the table', async (name) => {
  const table = (await readFile(page, 'utf8')).split('\n').filter((line) => line.startsWith('| `'));
  const line = table.find((each) => new RegExp(`^\\| \`${name}[ \`]`).test(each)) ?? '';
  expect(Object.keys(commands[name]!.options).filter((option) => !line.includes(`--${option}`))).toEqual([]);
  expect(line).toContain(`\`${`${name} ${commands[name]!.usage}`.trim().replaceAll('|', '\\|')}\``);
});
