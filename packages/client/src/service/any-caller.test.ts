// What any program at a machine can have its engine do, over a real socket: what the signed policy allows, only so often,
// and nothing besides.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeEach, describe, expect, test } from 'vitest';
import type { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const fresh = contoso('3.23.0');
let desk: ContosoWorkstation;
let served: ServedWorkstation;

beforeEach(async () => {
  served = await ServedWorkstation.create();
  desk = served.desk;
});

const start = (...options: readonly string[]) => desk.run(['start', ...options, '--', '/bin/sh', '-c', 'exit 9']);

describe('whoever is at the machine', () => {
  test('can have nothing installed but what the signed policy names, in the version that it names', async () => {
    const named = { do: 'update', product: null, updateId: 'up_1', version: '3.23.0', pid: process.pid } as const;
    expect(await served.refusal(named)).toBe('update.none');
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
    expect(await served.refusal({ ...named, updateId: 'up_2' })).toBe('update.none');
    expect(await served.refusal({ ...named, version: '3.22.1' })).toBe('update.none');
    expect(await served.installed()).toEqual(['3.22.1']);
    expect(desk.server.downloads.filter((path) => path.includes('3.23.0'))).toEqual([]);
    expect(served.reported('up_1')).toEqual([]);
    expect(await served.ask(named)).toEqual({ version: '3.23.0', restartNeeded: false });
  });

  test('can have nothing installed that starts later, or on a workstation that was disabled', async () => {
    const named = { do: 'update', product: null, updateId: 'up_1', version: '3.23.0', pid: process.pid } as const;
    desk.server.assign(fresh, { updateId: 'up_1', startsAt: '2027-01-01T00:00:00.000Z' });
    expect(await served.refusal(named)).toBe('update.none');
    desk.server.assign(fresh, { updateId: 'up_1' });
    desk.server.status = 'disabled';
    expect(await served.refusal(named)).toBe('update.none');
    expect(await served.installed()).toEqual(['3.22.1']);
  });

  test('can report a choice about that update alone', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    await served.ask({ do: 'check', product: null });
    await served.ask({ do: 'choice', product: null, updateId: 'up_9', state: 'declined' });
    await served.ask({ do: 'choice', product: null, updateId: 'up_1', state: 'declined' });
    const declined = () => desk.server.reports.filter(({ state }) => state === 'declined');
    await expect.poll(declined).toMatchObject([{ updateId: 'up_1', code: 2030 }]);
  });

  const later = '2027-01-01T00:00:00.000Z';
  const passed = '2026-11-01T00:00:00.000Z';
  const cutOff = { requirement: 'optional', cutoffAt: passed } as const;
  test.each([
    ['an optional update', { requirement: 'optional' }, ['offered', 'deferred']],
    ['a mandatory update', { requirement: 'mandatory' }, ['offered', 'declined']],
    ['an update whose cut-off has passed', cutOff, ['offered', 'declined']],
    ['an update that starts later', { requirement: 'mandatory', startsAt: later }, []],
  ] as const)('can report of %s what the rules let a person choose, and nothing else', async (_what, asked, said) => {
    desk.server.assign(fresh, { ...asked, updateId: 'up_1' });
    await served.ask({ do: 'check', product: null });
    for (const state of ['offered', 'deferred', 'declined'] as const)
      await served.ask({ do: 'choice', product: null, updateId: 'up_1', state });
    // Whoever asks now has all sent that was said before.
    await served.ask({ do: 'check', product: null });
    expect(served.reported('up_1')).toEqual(said);
  });

  test('can put off without the server what was offered with it', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
    await served.ask({ do: 'check', product: null });
    desk.server.interfere = (_request, response) => (response.destroy(), true);
    await served.ask({ do: 'choice', product: null, updateId: 'up_1', state: 'deferred' });
    desk.server.interfere = () => false;
    await served.ask({ do: 'check', product: null });
    expect(served.reported('up_1')).toEqual(['deferred']);
  });

  test('says nothing new by saying it again about the same offer', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
    const choice = { do: 'choice', product: null, updateId: 'up_1', state: 'deferred' } as const;
    for (const asked of [1, 2]) {
      await served.ask({ do: 'check', product: null });
      for (let times = 0; times < 5; times += 1) await served.ask(choice);
      await expect.poll(() => served.reported('up_1')).toEqual(Array.from({ length: asked }, () => 'deferred'));
    }
  });

  test('cannot fill the log of the server with choices, however often the engine is asked between them', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1' });
    const answers: string[] = [];
    for (let round = 0; round < 35; round += 1) {
      await served.ask({ do: 'check', product: null });
      for (const state of ['offered', 'deferred'] as const)
        answers.push(await served.refusal({ do: 'choice', product: null, updateId: 'up_1', state }));
      desk.host.pass(750);
    }
    expect(answers.filter((answer) => answer === 'engine.asked-too-often')).toHaveLength(10);
    await expect.poll(() => served.reported('up_1').length).toBe(60);
    // Nobody is kept from starting by it.
    expect(await start('--answer', 'later')).toMatchObject({ status: 9 });
  });

  test('can have the logs packed only so often', async () => {
    const asking = Array.from({ length: 8 }, () => served.refusal({ do: 'logs', product: null }));
    const answers = await Promise.all(asking);
    expect(answers.filter((answer) => answer === 'engine.asked-too-often')).toHaveLength(2);
  });

  test('can type in a pass that is valid here, and no other text', async () => {
    desk.server.policy = { ...desk.server.policy, prohibited: [{ version: '3.22.1', reason: 'It leaks.' }] };
    await start();
    expect(await served.refusal({ do: 'unlock', product: null, code: 'AAAAA-BBBBB' })).toBe('pass.not-valid');
    expect(await start()).toMatchObject({ status: 28 });
    const until = '2026-11-23T08:00:00.000Z';
    const code = desk.server.pass(until);
    desk.server.policy = { ...desk.server.policy, pass: { until, reason: 'The clinic is open.' } };
    expect(await desk.run(['unlock', code])).toMatchObject({ status: 0 });
    expect(await start()).toMatchObject({ status: 9 });
  });

  test('gets the logs without the secrets of the workstation', async () => {
    await start();
    const { archive } = (await served.ask({ do: 'logs', product: null })) as { archive: string };
    const text = gunzipSync(Buffer.from(archive, 'base64')).toString('latin1');
    const identity = JSON.parse(await readFile(join(desk.state, 'identity.json'), 'utf8')) as Record<string, string>;
    expect(text).toContain('client.log');
    for (const secret of [identity.token, identity.privateKey]) expect(text).not.toContain(secret);
  });

  test('reads only what is public: no secret of the engine or the workstation lies there', async () => {
    await start();
    const names = await readdir(join(desk.state, 'public'), { recursive: true });
    const identity = JSON.parse(await readFile(join(desk.state, 'identity.json'), 'utf8')) as Record<string, string>;
    const { secret } = JSON.parse(await readFile(join(desk.state, 'engine-key.json'), 'utf8')) as { secret: string };
    const files = names.filter((name) => !['tuf', 'engine.sock'].includes(name));
    const texts = await Promise.all(files.map((name) => readFile(join(desk.state, 'public', name), 'utf8')));
    for (const hidden of [secret, identity.token, identity.privateKey]) expect(texts.join('\n')).not.toContain(hidden);
    expect(files).toContain('policy.jws');
  });

  test('makes the engine keep nothing for a product that its server does not know', async () => {
    desk.server.interfere = (request, response) => {
      if (request.url?.endsWith('/check') !== true) return false;
      response.writeHead(404, { 'content-type': 'application/problem+json' });
      response.end(
        JSON.stringify({ type: 'about:blank', title: 'x', status: 404, detail: 'x', code: 'product.not-found' }),
      );
      return true;
    };
    for (const product of ['pr_a', 'pr_b', '{00000000-0000-0000-0000-000000000000}']) {
      expect(await served.refusal({ do: 'check', product })).toBe('update.required');
    }
    expect(await readdir(join(desk.state, 'products'))).toEqual([]);
  });

  test('can ask only so often', async () => {
    const choice = { do: 'choice', product: null, updateId: 'up_9', state: 'deferred' } as const;
    const answers: string[] = [];
    for (let round = 0; round < 9; round += 1) {
      answers.push(...(await Promise.all(Array.from({ length: 20 }, () => served.refusal(choice)))));
    }
    expect(answers.filter((answer) => answer === 'engine.asked-too-often')).toHaveLength(60);
    desk.host.pass(60_000);
    expect(await start()).toMatchObject({ status: 9 });
  });
});
