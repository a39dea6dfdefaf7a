// Tests of an activation that fails or stays half done: what is said of it, and what is in the log for those who were not there.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';

let machine: ContosoWorkstation;
beforeEach(async () => {
  machine = await ContosoWorkstation.fresh();
});

const log = () => readFile(join(machine.state, 'logs', 'client.log'), 'utf8');

/** The server refuses every key with its number and this sentence. */
function refuseKeys(detail: string): void {
  machine.server.interfere = (request, response) => {
    if (request.url?.endsWith('/activate') !== true) return false;
    const problem = { type: 'about:blank', title: 'The installation key is not valid', status: 403, detail };
    response.writeHead(403, { 'content-type': 'application/problem+json' });
    response.end(JSON.stringify({ ...problem, code: 'workstation.key-invalid', number: 1004 }));
    return true;
  };
}

test.each([[[]], [['--later']]])('the log says why the server refused a key, which is not in it: %j', async (more) => {
  refuseKeys('This installation key was revoked. Ask your administrator for another one.');
  const { key } = machine.server;
  const { status, told } = await machine.run(['activate', '--key', key, ...more]);
  const why = 'This installation key was revoked. Ask your administrator for another one.';
  expect({ status, told }).toEqual({ status: 12, told: `usher-client: ${why}` });
  const text = await log();
  expect(text).toContain(`activation failed: key.not-valid: ${why}`);
  expect(text).not.toContain(key);
});

test('what to do is said where the server does not say it', async () => {
  refuseKeys('This server knows no such installation key.');
  expect((await machine.run(['activate', '--key', machine.server.key])).told).toBe(
    'usher-client: This server knows no such installation key. Ask your administrator for a new installation key.',
  );
});

test('the log names a file that is not there, and holds nothing of a key that was mistyped', async () => {
  const { key } = machine.server;
  const missing = join(machine.folder, 'missing.key');
  expect(await machine.run(['activate', '--key', missing])).toMatchObject({ status: 12 });
  expect(await log()).toContain(`activation failed: key.not-valid: "${missing}`.slice(0, 100));
  for (const wrong of [key.slice(1), `${key.slice(0, -1)}!`, `'${key}'`]) {
    expect(await machine.run(['activate', '--key', wrong])).toMatchObject({ status: 12 });
  }
  const file = join(machine.folder, 'wrong.key');
  await writeFile(file, `x${key}`);
  expect(await machine.run(['activate', '--key', file])).toMatchObject({ status: 12 });
  const text = await log();
  expect(text.match(/activation failed: key\.not-valid/g)).toHaveLength(5);
  expect(text).not.toContain(key.slice(20, 60));
});
