// Several products on one Windows machine: an installer that fails, a 32-bit product, names beyond ASCII, and what holds
// while the server is not there. The real server, the real executable, the real Windows Installer.
import type { InstallerRecipe } from '@usher/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Administrator } from '../support/administrator.ts';
import type { ServerProcess } from '../support/server-process.ts';
import { setStage, type Stage } from '../support/stage.ts';
import { StagedProduct } from '../support/staged-product.ts';
import { WindowsWorkstation, type ClientOptions } from './windows-workstation.ts';

/** The folder of the client's state, named as a person somewhere might. */
const state = 'C:\\Användare\\東京';

const things = new AsyncDisposableStack();
let server: ServerProcess;
let admin: Administrator;
let machine: WindowsWorkstation;
let stage: Stage<WindowsWorkstation>;

beforeAll(async () => {
  stage = await setStage(things, WindowsWorkstation.create());
  ({ machine, server, admin } = stage);
  await machine.activate(await admin.installationKey({ autoAuthorize: true }), '--state', state);
});
afterAll(() => things.disposeAsync());

/** A product of the vendor, and the folder that it is installed into. */
class Product extends StagedProduct<ClientOptions> {
  readonly folder: string;

  constructor(folder: string, recipe: Omit<InstallerRecipe, 'version'>) {
    super(() => stage, {
      recipe: (version) => ({ ...recipe, version }),
      program: () => `${folder}\\app.exe`,
      options: ['--state', state],
    });
    this.folder = folder;
  }

  async version(): Promise<string> {
    return (await machine.readText(`${this.folder}\\version.txt`)).trim();
  }
}

async function lastStart() {
  return (await machine.windows.applicationStarts()).at(-1);
}

describe('an installer that fails', () => {
  const product = new Product('C:\\Program Files\\Contoso Agent', {});
  /** The log of an installation that failed, as Wine writes it: it breaks off after what was done last. */
  const brokenOff = /=== Logging started[^]*Action start [^]*(?<!INSTALL\. Return value 1\.)\s*$/;

  test('of an optional update: the old version starts, and both sides see the cause (2042)', async () => {
    await product.install('1.0.0');

    await product.approve('1.1.0', {
      failsWhen: 'NOT REMOVE',
      // Wine rolls files back badly: what fails must not have touched those of the old version.
      removal: 'late',
      installFolder: 'Contoso Agent 1.1',
    });
    const optional = await product.update('1.1.0', 'optional');
    const { exitCode, stderr } = await product.start('now', ['--exit', '5']);
    expect(exitCode).toBe(5);
    expect(stderr).toContain('The update failed. Code 2042.');
    expect(stderr).toContain('Windows Installer 1603: ');
    expect(stderr).toMatch(/Support id: ws_\w+\/up_\w+/);
    expect(await lastStart()).toMatchObject({ version: '1.0.0' });
    expect(await machine.installed()).toMatchObject([{ version: '1.0.0' }]);
    expect(await admin.counts(optional)).toEqual({ failed: 1 });
    const { lastError } = await admin.assignment(optional);
    expect(lastError).toMatchObject({ code: 2042, exitCode: 1603 });
    expect(lastError?.logTail).toMatch(brokenOff);
    expect((await admin.events()).at(-1)).toMatchObject({
      type: 'assignment.failed',
      data: { code: 2042, exitCode: 1603 },
    });
  });

  test('of a mandatory update: nothing starts', async () => {
    const mandatory = await product.update('1.1.0', 'mandatory');
    const before = await machine.windows.applicationStarts();
    const { exitCode, stderr } = await product.start('now');
    expect(exitCode).toBe(30);
    expect(stderr).toContain('Code 2042.');
    expect(await machine.windows.applicationStarts()).toEqual(before);
    expect(await admin.assignment(mandatory)).toMatchObject({ state: 'failed', attempts: 1 });
    await admin.wire.call('POST', `/updates/${mandatory}/cancel`, {});
  });

  test('after it has removed the old version: that is put back, and starts (2046)', async () => {
    await product.approve('1.2.0', { failsWhen: 'NOT REMOVE' });
    const optional = await product.update('1.2.0', 'optional');
    const { exitCode, stderr } = await product.start('now', ['--exit', '6']);
    expect(exitCode).toBe(6);
    expect(stderr).toContain('Putting the previous version back');
    expect(stderr).toContain('The update failed. Code 2046.');
    expect(await lastStart()).toMatchObject({ version: '1.0.0' });
    expect(await machine.installed()).toMatchObject([{ version: '1.0.0' }]);
    const { state: reported, lastError } = await admin.assignment(optional);
    expect({ reported, ...lastError }).toMatchObject({ reported: 'failed', code: 2046, exitCode: 1603 });
    expect(lastError?.logTail).toMatch(brokenOff);
    expect((await admin.events()).at(-1)).toMatchObject({ type: 'assignment.rolled-back' });
  });
});

describe('a 32-bit product on 64-bit Windows', () => {
  const product = new Product('C:\\Program Files (x86)\\Contoso Legacy', {
    productName: 'Contoso Legacy',
    architecture: 'x86',
  });

  test('is found in its half of the registry, and updated there', async () => {
    for (const version of ['4.0.0', '4.1.0']) {
      const { made, shown } = await product.approve(version);
      expect(shown).toMatchObject({ architecture: 'x86' });
      const update = await product.update(version, 'mandatory');
      expect(await product.start('now')).toMatchObject({ exitCode: 0 });
      expect(await lastStart()).toMatchObject({ version, program: `${product.folder}\\app.exe` });
      const { productCode } = made;
      expect(await machine.installed(32)).toContainEqual({ name: 'Contoso Legacy', version, productCode });
      expect((await machine.installed(64)).map(({ name }) => name)).not.toContain('Contoso Legacy');
      expect(await admin.counts(update)).toEqual({ installed: 1 });
      expect(await admin.workstation(product.id)).toMatchObject({ installedVersion: version });
    }
  });
});

describe('names beyond ASCII', () => {
  const product = new Product('C:\\Program Files\\Agente São Paulo 東京', {
    productName: 'Agente São Paulo 東京',
    installFolder: 'Agente São Paulo 東京',
  });

  test('of product, file, folders, notes and arguments come through whole', async () => {
    const notes = 'Início mais rápido — 速い';
    const { made, shown } = await product.approve('2.0.0', {}, { releaseNotes: notes });
    expect(shown.product.name).toBe('Agente São Paulo 東京');
    const update = await product.update('2.0.0', 'mandatory');
    const { exitCode, stderr } = await product.start('now', ['ação', '東京']);
    expect(exitCode).toBe(0);
    expect(stderr).toContain(notes);
    expect(stderr).toContain('Updated to 2.0.0.');
    const program = `${product.folder}\\app.exe`;
    expect(await lastStart()).toEqual({ program, version: '2.0.0', commandLine: `"${program}" ação 東京` });
    expect(await machine.installed()).toContainEqual({
      name: 'Agente São Paulo 東京',
      version: '2.0.0',
      productCode: made.productCode,
    });
    expect(await admin.counts(update)).toEqual({ installed: 1 });
    expect(await machine.windows.listFiles(state)).toContain('identity.json');
  });
});

describe('with the server stopped', () => {
  const product = new Product('C:\\Program Files\\Contoso Vault', { productName: 'Contoso Vault' });

  test('an update that is required still installs from the cache, and is reported afterwards', async () => {
    for (const version of ['7.0.0', '7.1.0']) {
      await product.install(version);
    }
    const back = await product.update('7.0.0', 'mandatory');
    expect(await product.client(['check'])).toMatchObject({ exitCode: 20 });
    await server.stop();
    expect(await product.start('later')).toMatchObject({ exitCode: 20 });
    const offline = await product.start('now');
    expect(offline.exitCode).toBe(0);
    expect(offline.stderr).toContain('The server cannot be reached. The rules of ');
    expect(offline.stderr).toContain('Updated to 7.0.0.');
    expect(await lastStart()).toMatchObject({ version: '7.0.0' });
    expect(await product.version()).toBe('7.0.0');
    await server.start();
    expect(await admin.counts(back)).toEqual({ waiting: 1 });
    expect(await product.client(['check'])).toMatchObject({ exitCode: 0 });
    expect(await admin.update(back)).toMatchObject({ state: 'completed', counts: { installed: 1 } });
    expect(await product.client(['status', '--json'])).toMatchObject({
      stdout: expect.stringContaining('"queuedReports": 0') as string,
    });
  });

  test('nobody is locked out by an update that cannot be had, unless the product says so (2031)', async () => {
    await product.approve('7.2.0');
    await product.update('7.2.0', 'mandatory');
    expect(await product.client(['check'])).toMatchObject({ exitCode: 20 });
    await server.stop();
    expect(await product.start('now')).toMatchObject({ exitCode: 0 });
    expect(await lastStart()).toMatchObject({ version: '7.0.0' });
    await server.start();
    await admin.wire.call('PATCH', `/products/${product.id}`, { offline: { graceHours: 0, then: 'block' } });
    await product.client(['check']);
    await server.stop();
    const { exitCode, stderr } = await product.start('now');
    expect(exitCode).toBe(40);
    expect(stderr).toContain('Code 2031.');
    await server.start();
  });

  test('what is examined says what is not well', async () => {
    const { exitCode, stdout } = await product.client(['doctor']);
    const lines = stdout.split(/\r?\n/);
    expect(lines.filter((line) => line.startsWith('ok'))).toHaveLength(8);
    // Wine's PowerShell does not list running applications: that is said, and not taken for nobody.
    const wrong = lines.filter((line) => line.startsWith('NOT OK'));
    expect(wrong).toEqual([expect.stringMatching(/running applications: .*PowerShell did not list the processes/)]);
    expect(exitCode).toBe(1);
  });
});
