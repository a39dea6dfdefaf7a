// What can go wrong on a Windows machine, with the real server at the other end: the connection, the bytes, the disk, the
// installer, the power; and what Windows Installer says besides yes and no. The real executable, the real Windows Installer.
import { randomBytes } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { testApplication } from '@usher/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Administrator } from '../support/administrator.ts';
import { windowsClient } from '../support/built-client.ts';
import { isInstallerFile, Middleman } from '../support/middleman.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { StagedProduct } from '../support/staged-product.ts';
import { stateFolder, WindowsWorkstation, type ClientOptions } from './windows-workstation.ts';

const things = new AsyncDisposableStack();
let middleman: Middleman;
let stage: Stage<WindowsWorkstation>;
let admin: Administrator;
let machine: WindowsWorkstation;
/** Never gets further than 1.0.0, whatever is offered. */
let agent: StagedProduct<ClientOptions>;

const application = await readFile(testApplication);

function newProduct(productName: string): StagedProduct<ClientOptions> {
  return new StagedProduct(() => stage, {
    recipe: (version) => ({
      version,
      productName,
      files: [
        { name: 'app.exe', content: application },
        { name: 'version.txt', content: `${version}\r\n` },
        // What no compression makes small, so that there is a way to go.
        { name: 'data', content: randomBytes(400_000) },
      ],
    }),
    program: () => `C:\\Program Files\\${productName}\\app.exe`,
  });
}

beforeAll(async () => {
  middleman = things.use(await Middleman.listen());
  stage = await setStage(things, WindowsWorkstation.create(), { publicUrl: middleman.url });
  ({ admin, machine } = stage);
  middleman.passTo(stage.server.url);
  await machine.activate(await admin.installationKey({ autoAuthorize: true }));
  agent = await newProduct('Contoso Agent').install('1.0.0');
});
afterAll(() => things.disposeAsync());
afterEach(() => {
  middleman.meddle = () => null;
});

const lastStart = async () => (await machine.windows.applicationStarts()).at(-1)?.version;

/** The size of what has come of the installer that is being downloaded, in bytes. */
async function sizeOfPart(): Promise<number> {
  const cache = machine.windows.linuxPath(`${stateFolder}\\cache`);
  const part = (await readdir(cache, { recursive: true })).find((name) => name.endsWith('.part'));
  return part === undefined ? 0 : (await stat(join(cache, part))).size;
}

test('a connection that is cut at 60 % goes on where it was; so does the next start after a loss of power', async () => {
  const product = newProduct('Contoso Cut');
  const { made, update } = await product.offer('1.1.0');
  const { size } = await stat(made.path);
  const part = Math.floor(size * 0.6);
  const [since, heard] = [await admin.newestEvent(), middleman.heard.length];
  middleman.meddle = (asked) => {
    if (!isInstallerFile(asked)) return null;
    return asked.range === null ? { how: 'cut', after: part } : { how: 'stall', after: Math.floor(size * 0.2) };
  };
  const running = await machine.windows.start(windowsClient, product.startArgs('now'));
  const end = running.ended.catch(() => 'cut');
  await expect.poll(sizeOfPart, { timeout: 60_000 }).toBeGreaterThan(part);
  await machine.windows.cutPower();
  expect(await end).toBe('cut');
  const onDisk = await sizeOfPart();
  middleman.meddle = () => null;

  expect(await product.start('now')).toMatchObject({ exitCode: 0 });
  expect(await lastStart()).toBe('1.1.0');
  const asked = middleman.heard.slice(heard).filter(isInstallerFile);
  expect(asked.map(({ range }) => range)).toEqual([null, `bytes=${part}-`, `bytes=${onDisk}-`]);
  expect(await admin.assignment(update)).toMatchObject({ state: 'installed', attempts: 1, lastError: null });
  const told = (await admin.events(since)).map(({ type }) => type).filter((type) => type.startsWith('assignment.'));
  expect(told).toEqual(['assignment.offered', 'assignment.downloaded', 'assignment.installed']);
});

test('bytes other than the approved ones are refused, whoever signed them, and reported', async () => {
  const { made, update } = await agent.offer('1.1.0');
  const [bytes, older] = [await readFile(made.path), await readFile((await agent.approve('0.9.0')).made.path)];
  const corrupt = Buffer.from(bytes);
  corrupt[bytes.length - 700] = (corrupt[bytes.length - 700] ?? 0) ^ 1;
  for (const [at, body] of [corrupt, Buffer.concat([bytes, Buffer.from('x')]), older].entries()) {
    middleman.meddle = (asked) => (isInstallerFile(asked) ? { how: 'serve', body } : null);
    const { exitCode, stderr } = await agent.start('now');
    expect({ at, exitCode }).toEqual({ at, exitCode: 0 });
    expect(stderr).toContain('The update failed. Code 2041.');
    expect(await lastStart()).toBe('1.0.0');
    const { state, attempts, lastError } = await admin.assignment(update);
    expect({ state, attempts, ...lastError }).toMatchObject({ state: 'failed', attempts: at + 1, code: 2041 });
  }
});

test('a disk that is too small is said in numbers, to both', async () => {
  const { update } = await agent.offer('1.2.0');
  const { exitCode, stderr } = await machine.clientOnSmallDisk('8m', agent.startArgs('now'));
  expect(exitCode).toBe(0);
  expect(stderr).toMatch(/Code 2043\.\s+There is not enough disk space: 1[78] MB are needed, [0-8] MB are free\./);
  expect(await lastStart()).toBe('1.0.0');
  const { state, lastError } = await admin.assignment(update);
  expect({ state, ...lastError }).toMatchObject({ state: 'failed', code: 2043 });
});

test('another installation is waited for (1618), and a restart that is needed (3010) is a state of its own', async () => {
  const product = newProduct('Contoso Patient');
  const { update } = await product.offer('1.1.0', { needsRestart: true });
  const running = await machine.whileInstallerIsBusy(async (environment) => {
    const started = await machine.windows.start(windowsClient, product.startArgs('now'), { environment });
    const said = async () => (await started.output()).stderr;
    await expect.poll(said, { timeout: 60_000 }).toContain('Another installation is running. Trying again in 5 s.');
    return started;
  });
  const { exitCode, stderr } = await running.ended;
  expect(exitCode).toBe(0);
  expect(stderr).toContain('Updated to 1.1.0.');
  expect(stderr).toContain('A restart of the machine is needed to finish. Code 2045.');
  expect(await lastStart()).toBe('1.1.0');
  const assignment = await admin.assignment(update);
  expect(assignment).toMatchObject({ state: 'installed', restartNeeded: true, attempts: 1, lastError: null });
});

test('the logs for support hold what happened, and no secret', async () => {
  const secure = { secureProperties: ['DB_PASSWORD', 'SITE'], hiddenProperties: ['SITE'] };
  const properties = JSON.stringify({ DB_PASSWORD: 'hunter2-hunter2', SITE: 'behind-the-curtain' });
  const { update } = await agent.offer('1.3.0', { ...secure, failsWhen: 'NOT REMOVE' }, { properties });
  expect(await agent.start('now')).toMatchObject({ exitCode: 0 });
  const logs = `${stateFolder}\\logs`;
  const names = await machine.windows.listFiles(logs);
  const texts = await Promise.all(names.map((name) => readFile(machine.windows.linuxPath(`${logs}\\${name}`))));
  const isThere = (text: string) =>
    texts.some((bytes) => bytes.includes(text) || bytes.includes(Buffer.from(text, 'utf16le')));
  // On the machine's own disk, where only administrators read.
  expect([isThere('hunter2-hunter2'), isThere('behind-the-curtain')]).toEqual([true, true]);

  const saved = await machine.client(['logs', '--bundle', 'C:\\for support.tar.gz']);
  expect(saved).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('C:\\for support.tar.gz') as string });
  const bundle = gunzipSync(await readFile(machine.windows.linuxPath('C:\\for support.tar.gz'))).toString('utf8');
  const { token, workstationId } = JSON.parse(await machine.readText(`${stateFolder}\\identity.json`)) as {
    readonly token: string;
    readonly workstationId: string;
  };
  for (const part of [
    'about.json',
    'logs/client.log',
    `logs/install-${update}.log`,
    workstationId,
    'Logging started',
  ]) {
    expect(bundle).toContain(part);
  }
  const { lastError } = await admin.assignment(update);
  for (const secret of ['hunter2-hunter2', 'behind-the-curtain', token]) {
    expect([secret, bundle.includes(secret), String(lastError?.logTail).includes(secret)]).toEqual([
      secret,
      false,
      false,
    ]);
  }
});

test('a cut-off in the workstation’s own time is one of its own time zone', async () => {
  await agent.approve('1.4.0');
  const inSaoPaulo = { environment: { TZ: 'America/Sao_Paulo' } };
  for (const [minutes, exitCode] of [
    [2, 0],
    [-1, 20],
  ] as const) {
    const local = new Intl.DateTimeFormat('sv-SE', {
      timeZone: 'America/Sao_Paulo',
      dateStyle: 'short',
      timeStyle: 'short',
    })
      .format(Date.now() + minutes * 60_000)
      .replace(' ', 'T');
    const wish = { product: agent.id, version: '1.4.0', requirement: 'optional', cutoffLocal: local } as const;
    const { id } = await admin.startUpdate(wish);
    expect({ minutes, ...(await agent.start('later', [], inSaoPaulo)) }).toMatchObject({ minutes, exitCode });
    await admin.wire.call('POST', `/updates/${id}/cancel`, {});
  }
});

test('a workstation that is disabled starts nothing (1008) until it is authorized again', async () => {
  const { id } = await admin.workstation();
  await admin.wire.call('POST', `/workstations/${id}/disable`, { reason: 'It was sold.' });
  const before = await machine.windows.applicationStarts();
  const refused = await agent.start('now');
  expect(refused.exitCode).toBe(11);
  expect(refused.stderr).toContain('This workstation was disabled by your administrator. Code 1008.');
  expect(await machine.windows.applicationStarts()).toEqual(before);
  await admin.wire.call('POST', `/workstations/${id}/authorize`, {});
  expect(await agent.start('later')).toMatchObject({ exitCode: 0 });
});
