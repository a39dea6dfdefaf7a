// Tests of what a server can put on a person's terminal: words, and nothing that steers it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ContosoWorkstation, type Ended } from '../test-support/contoso-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const hostile = 'a\u001b]0;owned\u0007\u001b[2J\u001b[31mAll is well\u202e\u009b2J.';
const steering = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u;
const clean = ({ printed, told }: Ended) => ({ printed: steering.test(printed), told: steering.test(told) });
const isClean = { printed: false, told: false };
const commands = [
  ['check'],
  ['check', '--json'],
  ['status'],
  ['status', '--json'],
  ['start', '--', '/bin/true'],
  ['update', '--yes'],
  ['unlock', hostile],
  ['doctor'],
  ['logs'],
  [`nonsense${hostile}`],
];

it('a refusal is said in its words alone, on every command', async () => {
  const desk = await ContosoWorkstation.activated();
  desk.server.interfere = (_request, response) => {
    const problem = { type: 'about:blank', title: hostile, status: 403, detail: hostile, code: `x.${hostile}` };
    response.writeHead(403, { 'content-type': 'application/problem+json' }).end(JSON.stringify(problem));
    return true;
  };
  const activation = await desk.run(['activate', '--key', desk.server.key]);
  expect(clean(activation)).toEqual(isClean);
  expect(activation.told).toContain('All is well');
  for (const command of commands) {
    for (const language of ['en', 'es']) {
      desk.language = language;
      expect({ command, ...clean(await desk.run(command)) }).toEqual({ command, ...isClean });
    }
  }
});

it('names and reasons are said in their words alone, on every command; programs get them whole', async () => {
  const desk = await ContosoWorkstation.withOldVersion();
  desk.server.assign(contoso('3.23.0'), { releaseNotes: hostile, requirement: 'mandatory' });
  desk.server.policy = {
    ...desk.server.policy,
    prohibited: [{ version: '3.22.1', reason: hostile }],
    product: { id: 'pr_1', name: hostile, enforcement: 'enforce', unknownVersions: 'allow' },
  };
  for (const command of commands) {
    if (command[0] === 'update') continue;
    expect({ command, ...clean(await desk.run(command)) }).toEqual({ command, ...isClean });
  }
  const { printed } = await desk.run(['status', '--json']);
  expect(JSON.parse(printed)).toMatchObject({ productName: hostile });
  expect(await readFile(join(desk.state, 'logs', 'client.log'), 'utf8')).not.toContain('\u001b');
});
