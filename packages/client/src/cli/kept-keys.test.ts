// Tests of what an installation key that waits is used by, and what leaves it alone: a look at an image must not make a workstation of it.
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { serve } from '../service/serve.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';

let image: ContosoWorkstation;
const keptKey = () => stat(join(image.state, 'installation.key'));

beforeEach(async () => {
  image = await ContosoWorkstation.fresh();
  expect(await image.run(['prepare-image', '--key', image.server.key])).toMatchObject({ status: 0 });
});

describe('a prepared image', () => {
  test('stays one whatever is looked at', async () => {
    for (const args of [
      ['status'],
      ['doctor'],
      ['unlock', 'AAAA-BBBB'],
      ['logs'],
      ['logs', '--bundle', join(image.folder, 'bundle.tar.gz')],
    ]) {
      await image.run(args);
      expect({ args, activations: image.server.activations.length }).toEqual({ args, activations: 0 });
      await keptKey();
    }
  });

  test.each([['install'], ['remove']])('stays one where the service is there to be had: %s', async (what) => {
    const run = () => Promise.resolve({ exitCode: 0, timedOut: false, stdout: Buffer.alloc(0) });
    Object.assign(image.host, { run, systemRoot: 'C:\\Windows', program: 'C:\\Usher\\usher-client.exe' });
    await image.run(['service', what]);
    expect(image.server.activations).toEqual([]);
    await keptKey();
  });

  test('says that a key waits', async () => {
    const { status, printed } = await image.run(['status']);
    expect({ status, printed }).toEqual({
      status: 12,
      printed: expect.stringContaining('installation key: one is kept, and waits') as string,
    });
    expect((await image.run(['doctor'])).printed).toContain('an installation key is kept, and waits');
  });

  test('says so too where its engine waits for the server', async () => {
    image.server.interfere = (_request, response) => {
      response.destroy();
      return true;
    };
    const engine = await serve({ host: image.host, folder: image.state, isMachineWide: false, runtimeFolder: null });
    onTestFinished(() => engine.close());
    const { status, printed } = await image.run(['status', '--json']);
    expect({ status, shown: JSON.parse(printed) as unknown }).toMatchObject({
      status: 12,
      shown: { activated: false, engine: 'idle', installationKey: expect.stringContaining('waits') as string },
    });
  });

  test('is none for good once it was deactivated', async () => {
    expect(await image.run(['deactivate'])).toMatchObject({ status: 0 });
    expect(await image.run(['check'])).toMatchObject({ status: 12 });
    expect(image.server.activations).toEqual([]);
  });

  test.each([
    ['check', ['check']],
    ['start', ['start', '--', '/bin/true']],
    ['update', ['update', '--yes']],
  ])('becomes a workstation by %s', async (_name, args) => {
    await image.run(args);
    expect(image.server.activations).toHaveLength(1);
    expect(await readdir(image.state)).not.toContain('installation.key');
  });

  test('needs its key no more where it is activated with another', async () => {
    expect(await image.run(['activate', '--key', image.server.key])).toMatchObject({ status: 0 });
    expect(image.server.activations).toHaveLength(1);
    await expect(keptKey()).rejects.toThrow('ENOENT');
  });
});
