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

test('a product that is neither an UpgradeCode nor an id is wrong usage, and nothing is asked', async () => {
  const { key, activations } = machine.server;
  const activate = (product: string) => machine.run(['activate', '--key', key, '--product', product]);
  for (const wrong of ['nonsense', '', 'pr_', '{1}', '6F2C1A58-4B0E-4E0C-9D55-0C3F5B7B1A11', 'ws_1']) {
    const { status, told } = await activate(wrong);
    expect({ wrong, status, told }).toEqual({
      wrong,
      status: 2,
      told: expect.stringContaining(`"${wrong}" is no product`) as string,
    });
  }
  expect(activations).toEqual([]);
  for (const right of ['pr_1', '{6f2c1a58-4b0e-4e0c-9d55-0c3f5b7b1a11}']) {
    expect(await activate(right)).toMatchObject({ status: 0 });
  }
  expect(activations.map(({ product }) => product)).toEqual(['pr_1', '{6f2c1a58-4b0e-4e0c-9d55-0c3f5b7b1a11}']);
});

test('a newcomer that waits hears what may be the reason, and one that was here before does not', async () => {
  machine.server.status = 'pending';
  const activate = async () => (await machine.run(['activate', '--key', machine.server.key])).printed;
  expect(await activate()).toMatch(/waits for approval \(1002\)[^]*was set up again, have the old record replaced/);
  expect(await activate()).toMatch(/again, as the same workstation[^]*authorize this workstation\.$/);
});
