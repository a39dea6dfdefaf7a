// What can go wrong on the way of an installer, with the real server at the other end: the connection breaks, the bytes are not
// the approved ones, the disk is too small, the installer fails, the machine loses its power. The person is told, the
// administrator is told the same once, and there is always an application to start.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { MadeInstaller } from '@usher/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Administrator } from '../support/administrator.ts';
import { isInstallerFile, Middleman } from '../support/middleman.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { StagedProduct } from '../support/staged-product.ts';
import { LinuxWorkstation, shellApplication, type CommandOptions } from './linux-workstation.ts';

const things = new AsyncDisposableStack();
let middleman: Middleman;
let stage: Stage<LinuxWorkstation>;
let admin: Administrator;
let machine: LinuxWorkstation;
/** Never gets further than 1.0.0, whatever is offered. */
let product: StagedProduct<CommandOptions>;

function newProduct(productName: string): StagedProduct<CommandOptions> {
  return new StagedProduct(() => stage, {
    recipe: (version) => {
      const { files = [], ...recipe } = shellApplication(version);
      // What no compression makes small, so that there is a way to go.
      return { ...recipe, productName, files: [...files, { name: 'data', content: randomBytes(400_000) }] };
    },
    program: (upgradeCode) => machine.pathOf(upgradeCode, productName, 'agent'),
  });
}

beforeAll(async () => {
  middleman = things.use(await Middleman.listen());
  stage = await setStage(things, LinuxWorkstation.create(), { publicUrl: middleman.url });
  ({ admin, machine } = stage);
  middleman.passTo(stage.server.url);
  await machine.activate(await admin.installationKey({ autoAuthorize: true }));
  product = await newProduct('Contoso Agent').install('1.0.0');
});
afterAll(() => things.disposeAsync());
afterEach(() => {
  middleman.meddle = () => null;
});

/** The events about assignments since that one. */
const told = async (since: number) =>
  (await admin.events(since)).map(({ type }) => type).filter((type) => type.startsWith('assignment.'));

/** What was asked for of installers since, by where in the file it was to begin. */
function ranges(since: number): readonly (string | null)[] {
  return middleman.heard
    .slice(since)
    .filter(isInstallerFile)
    .map(({ range }) => range);
}

/** Sixty percent of a file, in bytes. */
const mostOf = async ({ path }: MadeInstaller) => Math.floor((await stat(path)).size * 0.6);

/** A `msiextract` in the place of the system's, for a command: the installer of this system. */
async function installer(script: string): Promise<CommandOptions> {
  const folder = join(machine.folder, `bin-${randomBytes(4).toString('hex')}`);
  await mkdir(folder);
  await writeFile(join(folder, 'msiextract'), `#!/bin/sh\n${script}\n`);
  await chmod(join(folder, 'msiextract'), 0o755);
  return { environment: { PATH: `${folder}:${process.env.PATH ?? ''}` } };
}

test('a connection that is cut at 60 % goes on where it was', async () => {
  const other = await newProduct('Contoso Cut').install('1.0.0');
  const { made, update } = await other.offer('1.1.0');
  const part = await mostOf(made);
  const [since, heard] = [await admin.newestEvent(), middleman.heard.length];
  middleman.meddle = (asked) => (isInstallerFile(asked) && asked.range === null ? { how: 'cut', after: part } : null);
  expect(await other.start('now')).toMatchObject({ exitCode: 9, stdout: '1.1.0 \n' });
  expect(ranges(heard)).toEqual([null, `bytes=${part}-`]);
  expect(await admin.assignment(update)).toMatchObject({ state: 'installed', attempts: 1, lastError: null });
  expect(await told(since)).toEqual(['assignment.offered', 'assignment.downloaded', 'assignment.installed']);
});

test('bytes other than the approved ones are refused, whoever signed them, and reported each time', async () => {
  const { made, update } = await product.offer('1.1.0');
  const [bytes, older] = [await readFile(made.path), await readFile((await product.approve('0.9.0')).made.path)];
  const corrupt = Buffer.from(bytes);
  corrupt[bytes.length - 700] = (corrupt[bytes.length - 700] ?? 0) ^ 1;
  const since = await admin.newestEvent();
  const others = { corrupt, longer: Buffer.concat([bytes, Buffer.from('x')]), older };
  for (const [at, [what, body]] of Object.entries(others).entries()) {
    middleman.meddle = (asked) => (isInstallerFile(asked) ? { how: 'serve', body } : null);
    const { exitCode, stdout, stderr } = await product.start('now');
    expect({ what, exitCode, stdout }).toEqual({ what, exitCode: 9, stdout: '1.0.0 \n' });
    expect(stderr).toContain('The update failed. Code 2041.');
    expect(stderr).toContain('The installer is not the one that was approved; it was not installed.');
    const { state, attempts, lastError } = await admin.assignment(update);
    expect({ what, state, attempts }).toEqual({ what, state: 'failed', attempts: at + 1 });
    expect(lastError).toMatchObject({ code: 2041 });
  }
  const failures = (await admin.events(since)).filter(({ type }) => type === 'assignment.failed');
  expect(failures.map(({ data }) => [data.code, data.attempt])).toEqual([
    [2041, 1],
    [2041, 2],
    [2041, 3],
  ]);
});

test('a disk that is too small is said in numbers, to both, and nothing is fetched', async () => {
  const { update } = await product.offer('1.2.0');
  const heard = middleman.heard.length;
  const { exitCode, stdout, stderr } = await product.start('now', [], { disk: '8m' });
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: '1.0.0 \n' });
  expect(stderr).toMatch(/Code 2043\.\n.*There is not enough disk space: 1[78] MB are needed, [0-8] MB are free\./);
  expect(ranges(heard)).toEqual([]);
  const { state, lastError } = await admin.assignment(update);
  expect({ state, ...lastError }).toMatchObject({ state: 'failed', code: 2043 });
  expect(lastError?.detail).toMatch(/\d+ MB/);
});

test('an installer that fails (1603) leaves the old version to start, and both sides see why', async () => {
  const { update } = await product.offer('1.3.0');
  const failing = await installer('echo "the cabinet is broken" >&2; exit 1');
  const { exitCode, stdout, stderr } = await product.start('now', [], failing);
  expect({ exitCode, stdout }).toEqual({ exitCode: 9, stdout: '1.0.0 \n' });
  expect(stderr).toContain('The update failed. Code 2042.');
  expect(stderr).toMatch(/Windows Installer 1603: \S/);
  expect(stderr).toContain(`/${update}`);
  const { state, lastError } = await admin.assignment(update);
  expect({ state, ...lastError }).toMatchObject({ state: 'failed', code: 2042, exitCode: 1603 });
  expect(lastError?.logTail).toContain('msiextract ended with 1');
  expect((await admin.events()).at(-1)).toMatchObject({ type: 'assignment.failed', data: { exitCode: 1603 } });
});

test('an update that is required and fails leaves the old version closed', async () => {
  const other = await newProduct('Contoso Required').install('1.0.0');
  await other.approve('1.1.0');
  await other.update('1.1.0', 'mandatory');
  const { exitCode, stdout, stderr } = await other.start('now', [], await installer('exit 1'));
  expect({ exitCode, stdout }).toEqual({ exitCode: 30, stdout: '' });
  expect(stderr).toContain('Windows Installer 1603: ');
  expect(await other.start('later')).toMatchObject({ exitCode: 20, stdout: '' });
  expect(await other.start('now')).toMatchObject({ exitCode: 9, stdout: '1.1.0 \n' });
});

test('the power goes in the middle of the download: the next start goes on from there', async () => {
  const other = await newProduct('Contoso Dark').install('1.0.0');
  const { made, update } = await other.offer('1.1.0');
  const part = await mostOf(made);
  const [since, heard] = [await admin.newestEvent(), middleman.heard.length];
  middleman.meddle = (asked) => (isInstallerFile(asked) ? { how: 'stall', after: part } : null);
  const running = machine.begin(other.startArgs('now'));
  await expect.poll(sizeOfPart).toBeGreaterThan(0);
  running.kill();
  expect(await running.ended).toMatchObject({ exitCode: null, stdout: '' });
  const onDisk = await sizeOfPart();
  expect(onDisk).toBeLessThanOrEqual(part);
  middleman.meddle = () => null;
  expect(await other.start('now')).toMatchObject({ exitCode: 9, stdout: '1.1.0 \n' });
  expect(ranges(heard)).toEqual([null, `bytes=${onDisk}-`]);
  expect(await admin.assignment(update)).toMatchObject({ state: 'installed', attempts: 1 });
  expect(await told(since)).toEqual(['assignment.offered', 'assignment.downloaded', 'assignment.installed']);
});

/** The size of what has come of the installer that is being downloaded, in bytes. */
async function sizeOfPart(): Promise<number> {
  const cache = join(machine.state, 'cache');
  const names = await readdir(cache, { recursive: true });
  const part = names.find((name) => name.endsWith('.part'));
  return part === undefined ? 0 : (await stat(join(cache, part))).size;
}

test('the power goes while the installer is at work: the next start undoes it, says so, and tells it once', async () => {
  const { update } = await product.offer('1.4.0');
  const since = await admin.newestEvent();
  const began = join(machine.folder, 'the-installer-began');
  const slow = await installer(`: > '${began}'; exec sleep 60`);
  const running = machine.begin(product.startArgs('now'), slow);
  while (!existsSync(began)) await delay(20);
  running.kill();
  await running.ended;
  const next = await product.start('later');
  expect(next).toMatchObject({ exitCode: 9, stdout: '1.0.0 \n' });
  expect(next.stderr).toContain('An interrupted update to 1.4.0 was undone; 1.0.0 is installed.');
  const after = await product.start('later');
  expect(after.stderr).not.toContain('interrupted');
  expect(await admin.assignment(update)).toMatchObject({ attempts: 1, lastError: { code: 2046 } });
  const story = await told(since);
  expect(story.filter((type) => type === 'assignment.rolled-back')).toHaveLength(1);
  expect(await machine.client(product.args(['status', '--json']))).toMatchObject({
    stdout: expect.stringContaining('"queuedReports": 0') as string,
  });
});
