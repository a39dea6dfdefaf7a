// Tests of files that cannot be read as what they are: they are out of the way at once, for everybody who reads.
import { renameSync } from 'node:fs';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { temporaryFolder } from '../test-support/temporary-folder.ts';
import { StateFile } from './state-file.ts';

const schema = z.object({ name: z.string() });
const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];

/** A path whose bytes the system does not give back (EIO): of this process's own memory nothing lies at 0. */
const unreadable = (path: string) => symlink('/proc/self/mem', path);

it('a damaged file that two clients read at once is set aside by one of them', async () => {
  const folder = await temporaryFolder();
  const damages: string[] = [];
  const file = new StateFile(join(folder, 'a.json'), schema, ({ why }) => damages.push(why));
  await writeFile(file.path, '{"na');
  expect(await Promise.all([file.read(), file.read(), file.read()])).toEqual([null, null, null]);
  expect(damages).toEqual(['it is not of its form']);
  expect(await readdir(folder)).toEqual(['a.json.damaged-1']);
});

it('a file that the disk gives back after all stays where it is', async () => {
  const folder = await temporaryFolder();
  const damages: string[] = [];
  const file = new StateFile(join(folder, 'a.json'), schema, ({ why }) => damages.push(why));
  await unreadable(file.path);
  await writeFile(join(folder, 'whole'), '{"name":"whole"}');
  // The first look is over when this is back; the next comes later than whatever is done at once.
  const reading = file.read();
  renameSync(join(folder, 'whole'), file.path);
  expect(await reading).toEqual({ name: 'whole' });
  expect(damages).toEqual([]);
});

describe.each([
  ['is a folder', (path: string) => mkdir(path)],
  ['the disk does not give back', unreadable],
])('a file that %s', (_how, spoil) => {
  it.each([
    'identity.json',
    'policy.jws',
    'clock.json',
    'journal.json',
    'tuf/catalogue.json',
    'queue/counters.json',
    'cache/index.json',
  ])('keeps nobody from starting, with the server and without it: %s', async (name) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const path = join(workstation.state, name);
    const spoiled = async () => {
      await rm(path, { recursive: true, force: true });
      await spoil(path);
    };
    await spoiled();
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    // Without a policy there are no rules to go by offline.
    if (name === 'policy.jws') return;
    await workstation.server.stop();
    await spoiled();
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
  });
});
