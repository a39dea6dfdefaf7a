// The machine's state folder before an engine is there: where anybody may make folders (ProgramData), somebody may have made
// this one. Nothing of theirs is used, and nothing secret is written where they can read it.
import { lstat, mkdir, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { runClient } from './cli.ts';

let workstation: ContosoWorkstation;
/** What somebody without rights made in the place of the machine's folder. */
let planted: string;
let machineFolder: string;
/** What programs were called with. */
let given: string[];
beforeEach(async () => {
  workstation = await ContosoWorkstation.fresh();
  given = [];
  planted = join(workstation.folder, 'planted');
  machineFolder = join(workstation.folder, 'machine');
  await mkdir(planted);
  await symlink(planted, machineFolder);
});

/** Runs a command on the machine's own state, as a system that nothing of it can be run on. */
async function run(...args: readonly string[]) {
  const told: string[] = [];
  const { server } = workstation;
  const host = Object.assign(workstation.host, {
    program: 'C:\\Program Files\\Usher\\usher-client.exe',
    systemRoot: 'C:\\Windows',
    run: (_file: string, called: readonly string[]) => {
      given.push(called.join(' '));
      return Promise.resolve({ exitCode: 0, timedOut: false, stdout: Buffer.alloc(0) });
    },
  });
  const terminal = {
    isInteractive: false,
    print: () => undefined,
    tell: (text: string) => told.push(text),
    readLine: () => Promise.resolve(null),
  };
  const status = await runClient({ args, environment: {}, host, terminal, machineFolder });
  return { status, told, server };
}

test('an activation makes the folder the machine’s own before an identity is in it', async () => {
  expect(await run('activate', '--key', workstation.server.key)).toMatchObject({ status: 0 });
  expect(await readdir(planted)).toEqual([]);
  expect((await lstat(machineFolder)).isDirectory()).toBe(true);
  expect(await readFile(join(machineFolder, 'identity.json'), 'utf8')).toContain('ws_1');
});

test.each([['status'], ['doctor'], ['logs']])(
  'a look (%s) makes no folder that everybody could change',
  async (command) => {
    await rm(machineFolder);
    await run(command);
    expect(given.filter((call) => call.includes('.new-'))).toEqual([
      expect.stringMatching(/\.new-[0-9a-f]{16} \/setowner \*S-1-5-18$/) as string,
      expect.stringMatching(/\.new-[0-9a-f]{16} \/inheritance:r /) as string,
    ]);
    expect(await readdir(machineFolder)).toContain('logs');
  },
);

test('an image’s key is laid where nobody else writes', async () => {
  expect(await run('prepare-image', '--key', workstation.server.key)).toMatchObject({ status: 0 });
  expect(await readdir(planted)).toEqual([]);
  expect(await readFile(join(machineFolder, 'installation.key'), 'utf8')).toBe(workstation.server.key);
});

test('a key that waits for its server is kept where nobody else reads it', async () => {
  workstation.server.interfere = (_request, response) => {
    response.destroy();
    return true;
  };
  expect(await run('activate', '--later', '--key', workstation.server.key)).toMatchObject({ status: 0 });
  expect(await readdir(planted)).toEqual([]);
  expect(await readFile(join(machineFolder, 'installation.key'), 'utf8')).toBe(workstation.server.key);
});

test('the installation of the service uses no key that somebody laid there', async () => {
  await writeFile(join(planted, 'installation.key'), workstation.server.key);
  expect(await run('service', 'install')).toMatchObject({ status: 0 });
  expect(workstation.server.activations).toEqual([]);
  expect(await readdir(planted)).toEqual(['installation.key']);
});
