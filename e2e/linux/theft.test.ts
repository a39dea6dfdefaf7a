// A thief holds the server's whole disk, its database and the passphrase: every key but those of root and targets, which were
// moved off. They try whatever there is to try, one thing after another; the real client installs nothing of it.
import { createHash, randomBytes } from 'node:crypto';
import { cp, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Policy, PolicyTarget } from '@usher/core';
import type { MadeInstaller } from '@usher/testkit';
import { generateSigningKey } from '@usher/trust';
import { afterAll, afterEach, beforeAll, expect, test, vi } from 'vitest';
import { Administrator, uploadForm, type InstallerView } from '../support/administrator.ts';
import { ServerProcess } from '../support/server-process.ts';
import { Vendor } from '../support/signed-installers.ts';
import { LinuxWorkstation } from './linux-workstation.ts';
import { Thief } from './thief.ts';

// A dozen processes each, one after another.
vi.setConfig({ testTimeout: 180_000 });

const things = new AsyncDisposableStack();
const paper = 'carried on a paper\n';
const ownKey = generateSigningKey(randomBytes);
let elsewhere: string;
/** The sealed keys of root and targets, as they lay in the database before. */
let movedKeys: string[];
let thief: Thief;
let server: ServerProcess;
let admin: Administrator;
let machine: LinuxWorkstation;
let shown: InstallerView;
let installationKey: string;
/** Approved, and offered by an update, but not installed yet. */
let fresh: MadeInstaller;
/** Approved after the theft, with the keys that are elsewhere. */
let newest: MadeInstaller;
/** Approved once, and disapproved before the theft. */
let leaking: MadeInstaller;
/** What the thief would like to run everywhere. */
let evil: MadeInstaller;
let evilBytes: Buffer;
/** The targets metadata of the time when the leaking version was approved. */
let oldTargets: { version: number; bytes: Buffer };

const recipe = (version: string, text = version) => ({
  version,
  files: [
    { name: 'agent', content: '#!/bin/sh\necho "$(cat "$(dirname "$0")/version.txt")"\n' },
    { name: 'version.txt', content: text },
  ],
});
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const targetOf = (made: MadeInstaller, bytes: Uint8Array, path: string): PolicyTarget => ({
  ...{ version: made.version, installerId: 'in_thief', path, sha256: sha256(bytes), size: bytes.length },
  ...{ productCode: made.productCode, upgradeCode: made.upgradeCode, architecture: 'x64' },
});
/** A policy that wants this installed, as the thief's director signs it. */
const wanting =
  (target: PolicyTarget) =>
  (policy: Policy): Policy => ({
    ...policy,
    prohibited: [],
    assignment: policy.assignment && { ...policy.assignment, target, requirement: 'mandatory' },
  });
const pathOf = (version: string) => `installers/${shown.product.id}/${version}/x64-1033.msi`;
const installed = () => machine.readText(machine.pathOf(fresh.upgradeCode, 'Contoso Agent', 'version.txt'));
const agent = () => machine.pathOf(fresh.upgradeCode, 'Contoso Agent', 'agent');

/** As the workstation sees it: starts do not ask for the catalogue anew within the hour. */
async function anHourLater(): Promise<void> {
  const path = join(machine.state, 'tuf', 'refreshed.json');
  const { at } = JSON.parse(await readFile(path, 'utf8')) as { at: number };
  await writeFile(path, JSON.stringify({ at: at - 60 * 60 * 1000 }));
}

/** What the holder of the keys does on another machine: reads what was decided, and signs it. */
async function signElsewhere(keys: readonly string[] = ['targets']): Promise<void> {
  let draft = join(elsewhere, `draft-${randomBytes(4).toString('hex')}.json`);
  await server.command(['publish', 'draft', '--to', draft]);
  for (const key of keys) {
    const signed = `${draft}.${key}`;
    const files = ['--key', join(elsewhere, `${key}.key`), '--in', draft, '--out', signed];
    await server.command(['publish', 'sign', ...files, '--passphrase-stdin'], paper);
    draft = signed;
  }
  await server.command(['publish', 'apply', draft]);
}

beforeAll(async () => {
  thief = things.use(await Thief.listen());
  elsewhere = await mkdtemp(join(tmpdir(), 'usher-elsewhere-'));
  things.defer(() => rm(elsewhere, { recursive: true, force: true }));
  const [vendor, another] = [things.use(await Vendor.create('ecdsa')), things.use(await Vendor.create('ecdsa'))];
  [machine, server] = [things.use(await LinuxWorkstation.create()), things.use(await ServerProcess.start(thief.url))];
  thief.passTo(server.url);
  const [old] = await Promise.all([
    vendor.make('contoso-agent-3.22.1.msi', recipe('3.22.1')),
    vendor.make('contoso-agent-3.22.2.msi', recipe('3.22.2')).then((made) => (fresh = made)),
    vendor.make('contoso-agent-3.22.3.msi', recipe('3.22.3')).then((made) => (newest = made)),
    vendor.make('contoso-agent-3.23.0.msi', recipe('3.23.0')).then((made) => (leaking = made)),
    another.make('contoso-agent-3.24.0.msi', recipe('3.24.0', 'evil')).then((made) => (evil = made)),
  ]);
  evilBytes = await readFile(evil.path);
  admin = await Administrator.signIn(server);

  shown = await admin.uploadApproved(old.path);
  installationKey = await admin.installationKey({ autoAuthorize: true });
  await machine.activate(installationKey);
  await admin.startUpdate({ product: shown.product.id, version: '3.22.1', requirement: 'mandatory' });
  expect(await machine.client(['update', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(await installed()).toBe('3.22.1');

  const { id } = await admin.uploadApproved(leaking.path);
  thief.reach(server.folder);
  const version = thief.newest('targets');
  oldTargets = { version, bytes: Buffer.from(thief.stored(`${version}.targets.json`)) };
  await admin.disapprove(id, 'It leaks.');
  await admin.uploadApproved(fresh.path);
  await admin.startUpdate({ product: shown.product.id, version: '3.22.2', requirement: 'optional' });
  const kept = "select privateKey from signingKeys where role in ('root', 'targets')";
  movedKeys = thief.read(kept).map(({ privateKey }) => String(privateKey));
  for (const role of ['root', 'targets']) {
    await server.command(['key', 'export', role, '--to', join(elsewhere, `${role}.key`), '--passphrase-stdin'], paper);
  }
  // The last the workstation sees before the theft.
  await anHourLater();
  expect(await machine.client(['check'])).toMatchObject({ exitCode: 0 });
  await cp(machine.state, join(elsewhere, 'state'), { recursive: true });
});
afterAll(() => things.disposeAsync());

/** Every attempt meets the workstation as it was at the time of the theft: what it learned from one must not help against the next. */
afterEach(async () => {
  thief.stop();
  await rm(machine.state, { recursive: true });
  await cp(join(elsewhere, 'state'), machine.state, { recursive: true });
});

/** Has the client carry out what it is told to, and requires that it refuses for this reason and leaves everything as it was. */
async function refuses(code: string, sentence: RegExp): Promise<void> {
  const { exitCode, stderr } = await machine.client(['update', '--yes']);
  expect(stderr).toMatch(sentence);
  expect(stderr).toMatch(/Nothing was installed; tell your administrator\. .* \([a-z.-]+\)$/m);
  expect(stderr).toContain(`(${code})`);
  expect(exitCode).toBe(30);
  expect(await installed()).toBe('3.22.1');
}

test('the disk holds the keys of the director, the snapshot and the timestamp, and no other', async () => {
  expect(await thief.steal()).toEqual(['director', 'snapshot', 'timestamp']);
  // Nor in pages that are free by now, nor in the log of changes.
  expect(movedKeys).toHaveLength(2);
  const folder = join(server.folder, 'data');
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const bytes = await readFile(join(entry.parentPath, entry.name));
    for (const sealed of movedKeys) expect(bytes.includes(sealed.slice(-60))).toBe(false);
  }
  expect(await installed()).toBe('3.22.1');
});

test('an upload that the thief approves as an owner is published nowhere, whatever the database says of it', async () => {
  expect(await admin.refusal('POST', '/installers', await uploadForm(evil.path))).toBe('installer.untrusted');
  await admin.wire.call('PATCH', `/products/${shown.product.id}`, { signature: 'any' });
  const { id, published } = await admin.uploadApproved(evil.path);
  expect(published).toBe(false);
  const wish = { product: shown.product.id, version: '3.24.0', requirement: 'mandatory' };
  const update = await admin.wire.call<{ id: string }>('POST', '/updates', wish);
  await admin.wire.call('POST', `/updates/${update.id}/workstations`, { all: true });
  expect(await admin.refusal('POST', `/updates/${update.id}/start`, {})).toBe('update.target-not-published');

  thief.write('update installers set published = 1 where id = ?', id);
  await admin.wire.call('POST', `/updates/${update.id}/start`, {});
  await refuses('target.unknown', /The catalogue holds no installers\/.*\/3\.24\.0\//);
  await admin.wire.call('POST', `/updates/${update.id}/cancel`, {});
});

test('targets metadata that name it are not signed by their keys', async () => {
  const version = thief.newest('targets') + 1;
  const target = targetOf(evil, evilBytes, pathOf('3.24.0'));
  const signed = JSON.parse(thief.stored(`${version - 1}.targets.json`)) as {
    signed: { targets: Record<string, unknown> };
  };
  const like = signed.signed.targets[pathOf('3.22.2')] as { custom: object };
  const { productCode, upgradeCode, path } = target;
  const entry = {
    length: target.size,
    hashes: { sha256: target.sha256 },
    custom: { ...like.custom, version: '3.24.0', productCode, upgradeCode, publisher: null },
  };
  thief.signPolicies(wanting(target));
  for (const keys of [[], thief.keys, [ownKey]]) {
    const bytes = thief.forge(
      thief.stored(`${version - 1}.targets.json`),
      (old) => ({ ...old, version, targets: { ...(old.targets as object), [path]: entry } }),
      keys,
    );
    thief.vouchFor({ bytes, version });
    await refuses('metadata.bad-signature', /The targets metadata has 0 of 1 signatures that it needs\./);
  }
});

test('the file behind an approved name is not the approved file', async () => {
  thief.vouchForPresent();
  const bytes = await readFile(fresh.path);
  const name = `targets/installers/${shown.product.id}/3.22.2/${sha256(bytes)}.x64-1033.msi`;
  const changed = Buffer.from(bytes);
  changed[changed.length - 600] = (changed[changed.length - 600] ?? 0) ^ 1;
  for (const [served, sentence] of [
    [changed, /has another hash than the approved installer/],
    [Buffer.concat([bytes, evilBytes]), /more bytes than the approved installer has/],
  ] as const) {
    thief.serve(name, served);
    const { exitCode, stderr } = await machine.client(['update', '--yes']);
    expect(stderr).toMatch(sentence);
    expect(exitCode).toBe(30);
    expect(await installed()).toBe('3.22.1');
  }
});

test('a policy that says otherwise than the catalogue what an approved name stands for is not followed', async () => {
  thief.vouchForPresent();
  const honest = targetOf(fresh, await readFile(fresh.path), pathOf('3.22.2'));
  const lies: Partial<PolicyTarget>[] = [
    { sha256: sha256(evilBytes), size: evilBytes.length },
    { version: '3.24.0' },
    { productCode: evil.productCode },
    { architecture: 'x86' },
  ];
  for (const lie of lies) {
    thief.signPolicies(wanting({ ...honest, ...lie }));
    await refuses('target.mismatch', /The policy and the signed catalogue disagree about installers\//);
  }
  thief.signPolicies(wanting({ ...honest, path: '../../../../etc/evil.msi' }));
  await refuses('target.unknown', /The catalogue holds no \.\.\//);
});

test('metadata of a time when a version was still approved are not taken back to', async () => {
  thief.vouchFor(oldTargets);
  await refuses('metadata.rolled-back', /Version \d+ of targets\.json is older than \d+\./);
  thief.vouchFor({ ...oldTargets, version: thief.newest('targets') + 1 });
  await refuses('metadata.wrong-version', /Version \d+ of targets is not the expected \d+\./);
  thief.vouchForPresent();
  expect(await machine.client(['check'])).toMatchObject({ exitCode: 0 });
  thief.serve('timestamp.json', Buffer.from(thief.stored('timestamp.json')));
  await refuses('metadata.rolled-back', /Version \d+ of timestamp is older than \d+\./);
});

test('a prohibition of the catalogue is not lifted by a policy that leaves it out', async () => {
  thief.signPolicies(wanting(targetOf(leaking, await readFile(leaking.path), pathOf('3.23.0'))));
  const update = await machine.client(['update', '--yes']);
  // By the rules an assignment whose target is prohibited is none.
  expect(update).toMatchObject({ exitCode: 0, stdout: 'Nothing to do: no update is planned.\n' });
  expect(await installed()).toBe('3.22.1');

  await admin.wire.call('POST', `/products/${shown.product.id}/prohibitions`, {
    version: '3.22.1',
    reason: 'It leaks too.',
  });
  await signElsewhere();
  thief.signPolicies((policy) => ({ ...policy, prohibited: [], assignment: null }));
  await anHourLater();
  const refused = await machine.client(['start', '--', agent()]);
  expect(refused).toMatchObject({ exitCode: 28, stdout: '' });
  expect(refused.stderr).toContain('This version is prohibited by your administrator. Code 2028.');
  // Not even where the thief keeps the catalogue from it after that.
  thief.serve('timestamp.json', null);
  expect(await machine.client(['start', '--', agent()])).toMatchObject({ exitCode: 28, stdout: '' });
  const [{ id } = { id: '' }] = (
    await admin.wire.call<{ items: { id: string }[] }>('GET', `/products/${shown.product.id}/prohibitions`)
  ).items;
  await admin.wire.call('DELETE', `/products/${shown.product.id}/prohibitions/${id}`, { reason: 'It was a test.' });
  await signElsewhere();
});

test('a root of the thief is refused by workstations that are there, and by those that come new', async () => {
  const next = thief.newest('root') + 1;
  for (const keys of [thief.keys, [ownKey]]) {
    const root = thief.forge(thief.stored(`${next - 1}.root.json`), (old) => ({ ...old, version: next }), keys);
    thief.serve(`${next}.root.json`, root);
    thief.vouchForPresent();
    await refuses('metadata.bad-signature', /The root metadata has 0 of 1 signatures that it needs\./);
  }
  thief.stop();

  const newcomer = things.use(await LinuxWorkstation.create());
  thief.serve(
    '1.root.json',
    thief.forge(thief.stored('1.root.json'), (old) => old, [ownKey]),
  );
  const activate = ['activate', '--key', installationKey, '--unpack-into', newcomer.applications];
  await newcomer.client(activate);
  const { exitCode, stderr } = await newcomer.client(['check']);
  expect(exitCode).toBe(40);
  expect(stderr).toMatch(/The root of the catalogue is not the one of the installation key\. \(metadata\.wrong-root\)/);
});

test('what the thief keeps back is not installed; and new keys end whatever the thief has driven up', async () => {
  const timestamp = Buffer.from(thief.stored('timestamp.json'));
  const { id } = await admin.uploadApproved(newest.path);
  await signElsewhere();
  expect(await admin.installer(id)).toMatchObject({ published: true });
  await admin.startUpdate({ product: shown.product.id, version: '3.22.3', requirement: 'mandatory' });
  thief.serve('timestamp.json', timestamp);
  await refuses('target.unknown', /The catalogue holds no installers\/.*\/3\.22\.3\//);

  // Far ahead: nothing honest can be newer, neither metadata, nor the time, nor the log of events.
  thief.vouchFor({ version: 2_000_000, bytes: Buffer.from(thief.stored(`${thief.newest('targets')}.targets.json`)) });
  const log = { seq: 9_000_000_000_000_000, hash: 'e'.repeat(64) };
  thief.signPolicies((policy) => ({ ...policy, log, issuedAt: '2099-01-01T00:00:00.000Z' }));
  expect(await machine.client(['check'])).toMatchObject({ exitCode: 20 });
  thief.stop();
  const stuck = await machine.client(['update', '--yes']);
  expect(stuck.stderr).toContain('The server cannot be reached.');
  expect(await installed()).toBe('3.22.1');

  for (const role of ['timestamp', 'snapshot']) await server.command(['key', 'rotate', role]);
  await server.command(['key', 'rotate', 'director', '--at-once']);
  await signElsewhere(['root', 'targets']);
  const update = await machine.client(['update', '--yes']);
  expect(update).toMatchObject({ exitCode: 0 });
  expect(update.stderr).toContain('Updated to 3.22.3.');
  expect(await installed()).toBe('3.22.3');
  const ready = await fetch(`${server.url}/readyz`);
  expect(ready.status).toBe(200);

  // With the keys that they still have the thief can do nothing more.
  thief.signPolicies((policy) => policy);
  expect((await machine.client(['update', '--yes'])).stderr).toContain('The server cannot be reached.');
});
