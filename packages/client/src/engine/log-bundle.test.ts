// Tests of what support gets: no value that a package wants kept out of logs, also where no log says which.
import { gunzipSync } from 'node:zlib';
import { appendFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import type { Engine } from './engine.ts';
import { bundleOf } from './log-bundle.ts';

const bundled = async (engine: Engine) => gunzipSync(await bundleOf(engine)).toString('latin1');
const secret = 'Property(S): LICENSEKEY = abc-123\n';

it('are without the hidden properties of what was ever installed from here', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  const engine = await workstation.open();
  await appendFile(join(workstation.state, 'logs', 'install-up_9.log'), `${secret}Property(S): LANGUAGE = pt\n`);
  expect(await bundled(engine)).toContain('abc-123');
  await engine.cache.hide(['LICENSEKEY']);
  for (const each of (await engine.state.cacheIndex.read())?.packages ?? []) await engine.cache.forget(each);
  const text = await bundled(engine);
  expect(text).not.toContain('abc-123');
  expect(text).toContain('LANGUAGE = pt');
});

it('are without those that the log itself lists', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  const list = 'Property(S): MsiHiddenProperties = TOKENS;LICENSEKEY\n';
  await appendFile(join(workstation.state, 'logs', 'recovery.log'), secret + list);
  expect(await bundled(await workstation.open())).not.toContain('abc-123');
});

it('are without those of an update under way, in its log and in what it is to be installed with', async () => {
  const workstation = await ContosoWorkstation.withOldVersion();
  const engine = await workstation.open();
  const [target] = (await engine.state.cacheIndex.read())?.packages ?? [];
  if (target === undefined) throw new Error('Nothing is in the cache.');
  const properties = { LICENSEKEY: 'abc-123', ADDLOCAL: 'Main' };
  await engine.product.journal.write({
    format: 1,
    updateId: 'up_9',
    target: { ...target, properties, hidden: ['LICENSEKEY'] },
    before: null,
    wayBack: [],
    phase: 'changing',
    step: null,
    startedAt: '2026-11-22T08:00:00.000Z',
  });
  await appendFile(join(workstation.state, 'logs', 'install-up_9.log'), secret);
  const text = await bundled(engine);
  expect(text).not.toContain('abc-123');
  expect(text).toContain('"ADDLOCAL": "Main"');
});
