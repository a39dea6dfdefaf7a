// Tests of who a machine is: an answer that is lost, a clock that is wrong, a disk that is copied or prepared for copies.
import { cp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readProofWorkstation } from '@usher/trust';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso, refuse } from '../test-support/stand-in-server.ts';

const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];

const activate = (workstation: ContosoWorkstation) =>
  workstation.run(['activate', '--key', workstation.server.key, '--unpack-into', workstation.applications]);

const proofs = ({ server }: ContosoWorkstation) =>
  server.activations.map(({ proof }) => (typeof proof === 'string' ? readProofWorkstation(proof) : null));

const identityOf = async ({ state }: ContosoWorkstation) =>
  JSON.parse(await readFile(join(state, 'identity.json'), 'utf8')) as Record<string, string>;

describe('an activation', () => {
  it('whose answer is lost is made again with the same key pair, which proves that it is the same machine', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const { server } = workstation;
    let cuts = 3;
    server.answered = (request, response) => {
      if (request.url?.endsWith('/activate') !== true || cuts === 0) return;
      cuts -= 1;
      response.destroy();
    };
    for (let times = 0; times < 3; times += 1) expect(await activate(workstation)).toMatchObject({ status: 1 });
    expect(await activate(workstation)).toMatchObject({ status: 0 });
    expect(new Set(server.activations.map(({ publicKey }) => publicKey)).size).toBe(1);
    expect(proofs(workstation)).toEqual(['new', 'new', 'new', 'new']);
    expect(await readdir(workstation.state)).not.toContain('activation.json');
    expect(await activate(workstation)).toMatchObject({
      status: 0,
      printed: expect.stringContaining('again') as string,
    });
    expect(proofs(workstation).at(-1)).toBe('ws_1');
  });

  it.each([['before it was ever activated'], ['when it was']])(
    'proves itself by the server’s time where the machine’s clock is wrong, %s',
    async (when) => {
      const workstation = await ContosoWorkstation.fresh();
      if (when === 'when it was') await activate(workstation);
      const { server, host } = workstation;
      host.setClock('2019-01-01T00:00:00.000Z');
      const times: unknown[] = [];
      server.interfere = (request, response) => {
        if (request.url?.endsWith('/activate') !== true) return false;
        times.push(request.url);
        if (times.length > 1) return false;
        refuse(response, 403, 'workstation.proof-invalid');
        return true;
      };
      const before = server.activations.length;
      expect(await activate(workstation)).toMatchObject({ status: 0 });
      const [again] = server.activations.slice(before);
      const payload = String(again?.proof).split('.')[1] ?? '';
      const { at } = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as { at: string };
      expect(Math.abs(Date.parse(at) - Date.now())).toBeLessThan(60_000);
    },
  );
});

describe('a disk in another machine', () => {
  it('is noticed: what was said to the first one is set aside, and nothing is reported twice', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server, host, state } = workstation;
    server.assign(contoso('3.23.0'));
    server.interfere = (request, response) => {
      const isReports = request.url?.endsWith('/reports') === true;
      if (isReports) response.destroy();
      return isReports;
    };
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect((await readdir(join(state, 'queue'))).filter((name) => /^\d/.test(name))).not.toEqual([]);

    host.machine = 'machine-2';
    const refused = await workstation.run(start);
    expect(refused).toMatchObject({ status: 12 });
    expect(refused.told).toContain('The disk of the workstation ws_1 is in another machine now');
    expect(await readdir(join(state, 'queue'))).toEqual([]);
    const names = await readdir(state);
    expect(
      names.filter((name) => /^(?:identity\.json|identity\.copy\.json|policy\.jws|clock\.json)$/.test(name)),
    ).toEqual([]);
    expect(names).toContain('identity.json.damaged-1');
    expect(await workstation.run(start)).toMatchObject({ status: 12 });
  });

  it('activates as a newcomer with a key pair of its own, and has what is installed', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const before = await identityOf(workstation);
    workstation.host.machine = 'machine-2';
    expect(await activate(workstation)).toMatchObject({ status: 0 });
    const after = await identityOf(workstation);
    expect(after.privateKey).not.toBe(before.privateKey);
    expect(after.machineId).not.toBe(before.machineId);
    expect(proofs(workstation).at(-1)).toBe('new');
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
  });

  it('activates by itself where an installation key lies there', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    await writeFile(join(workstation.state, 'installation.key'), workstation.server.key);
    workstation.host.machine = 'machine-2';
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(workstation.server.activations).toHaveLength(1);
  });

  it('is the same workstation as long as the machine has no id to tell it by', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    workstation.host.machineId = () => Promise.resolve(null);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(workstation.server.activations).toHaveLength(0);
  });
});

describe('prepare-image', () => {
  it('leaves what is installed and the key, and each copy becomes a workstation of its own', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server, state, folder } = workstation;
    await writeFile(join(state, 'something-of-the-service.json'), '{}');
    const prepared = await workstation.run(['prepare-image', '--key', server.key]);
    expect(prepared).toMatchObject({ status: 0, told: '' });
    expect((await readdir(state)).sort()).toEqual([
      'installation.key',
      'installed.copy.json',
      'installed.json',
      'product.json',
      'settings.json',
    ]);
    expect(await workstation.run(['prepare-image'])).toMatchObject({ status: 0 });
    expect(server.activations).toHaveLength(0);

    const image = await readFile(join(state, 'settings.json'), 'utf8');
    expect(image).not.toContain('privateKey');
    await cp(folder, `${folder}-copy`, { recursive: true });
    const keys: (string | undefined)[] = [];
    for (const place of [folder, `${folder}-copy`]) {
      workstation.host.machine = place;
      Object.assign(workstation, { folder: place });
      expect(await workstation.run(start)).toMatchObject({ status: 9 });
      keys.push((await identityOf(workstation)).privateKey);
      expect(await readdir(workstation.state)).not.toContain('installation.key');
    }
    expect(new Set(keys).size).toBe(2);
    expect(new Set(server.activations.map(({ machineId }) => machineId)).size).toBe(2);
  });

  it('wants a key, and no update under way', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    expect(await workstation.run(['prepare-image'])).toMatchObject({ status: 2 });
    expect(await workstation.run(['prepare-image', '--key', 'usher-key-1.x.y'])).toMatchObject({ status: 12 });
    const { sha256, size, path, facts } = contoso('3.23.0').entry;
    const { version, productCode, upgradeCode, architecture } = facts;
    const target = { version, productCode, upgradeCode, architecture, path, sha256, size, fileName: 'a.msi' };
    const journal = { format: 1, updateId: 'up_1', before: null, wayBack: [], phase: 'changing', step: null };
    const text = { ...journal, startedAt: '', target: { ...target, properties: {}, publisher: null } };
    await writeFile(join(workstation.state, 'journal.json'), JSON.stringify(text));
    const refused = await workstation.run(['prepare-image', '--key', workstation.server.key]);
    expect(refused).toMatchObject({ status: 1, told: expect.stringContaining('Finish it first') as string });
    expect(await readdir(workstation.state)).toContain('identity.json');
  });
});

describe('an identity of which one file is left', () => {
  const full = ({ state }: ContosoWorkstation, name: string) => symlink('/dev/full', join(state, `${name}.tmp`));

  it.each([
    ['identity.json', 'was damaged', '{'],
    ['identity.copy.json', 'was damaged', '{'],
    ['identity.copy.json', 'was never written, as the client died before', null],
    ['identity.copy.json', 'is one of before, as the client died between the two', '"token": "another"'],
  ])('is two again with the next start: %s %s', async (name, _why, content) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const paths = ['identity.json', 'identity.copy.json'].map((each) => join(workstation.state, each));
    const [whole] = await Promise.all(paths.map((path) => readFile(path, 'utf8')));
    const path = join(workstation.state, name);
    if (content === null) await rm(path);
    else await writeFile(path, content.length > 1 ? (whole ?? '').replace(/"token": "[^"]*"/, content) : content);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    const parsed = JSON.parse(whole ?? '') as unknown;
    for (const each of paths) expect(JSON.parse(await readFile(each, 'utf8'))).toEqual(parsed);
  });

  it.each(['identity.json', 'identity.copy.json', 'settings.json'])(
    'is enough where the disk has no room for the other: %s',
    async (name) => {
      const workstation = await ContosoWorkstation.withOldVersion();
      for (const _time of [1, 2]) {
        await writeFile(join(workstation.state, name), '{');
        await full(workstation, name);
        expect(await workstation.run(start)).toMatchObject({ status: 9 });
        expect(workstation.server.checks.length).toBeGreaterThan(0);
      }
    },
  );

  it('is left as it is where somebody only looks: another client may take it away just now', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    await rm(join(workstation.state, 'identity.json'));
    expect(await workstation.run(['status'])).toMatchObject({ status: 0 });
    expect(await readdir(workstation.state)).not.toContain('identity.json');
  });
});
