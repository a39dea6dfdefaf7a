// What the engine does of its own accord while nobody uses the application: rounds over its products, downloads ahead, and
// installations.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { StateFolder } from '../state/state-folder.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso, refuse } from '../test-support/stand-in-server.ts';

const fresh = contoso('3.23.0');
const hourMs = 3_600_000;
let desk: ContosoWorkstation;
let served: ServedWorkstation;

beforeEach(async () => {
  served = await ServedWorkstation.create();
  desk = served.desk;
});

describe('a round', () => {
  test('goes on with the other products where something unforeseen happens at one', async () => {
    const failing = await ContosoWorkstation.withOldVersion();
    const policy = refusingPowershell();
    failing.driver = { installed: policy, install: policy, remove: policy, trouble: () => Promise.resolve(null) };
    const other = new StateFolder(failing.state, () => undefined).product('pr_2');
    await other.prepare();
    await other.known.write({ id: 'pr_2', name: 'Other', upgradeCodes: [] });
    const { engine } = await ServedWorkstation.of(failing);
    const asked = failing.server.checks.length;
    await expect(engine.hourly.once()).resolves.toBeNull();
    expect(failing.server.checks.slice(asked)).toMatchObject([{ product: 'pr_2' }]);
    expect(await readFile(join(failing.state, 'logs', 'client.log'), 'utf8')).toMatch(/hourly check: .*spawn UNKNOWN/);
  });

  /** What Windows answers where an administrator's policy lets a program not be started. */
  function refusingPowershell() {
    const error = Object.assign(new Error('spawn UNKNOWN'), { code: 'UNKNOWN' });
    return () => Promise.reject(error);
  }
});

describe('in the background', () => {
  /** Two rounds, an hour apart: in the first, the workstation draws when its turn to download is. */
  async function rounds(): Promise<void> {
    await served.engine.hourly.once();
    desk.host.pass(hourMs);
    await served.engine.hourly.once();
  }

  test('nothing is done unless the update says so', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1' });
    await rounds();
    expect(served.reported('up_1')).toEqual([]);
  });

  test('an update is fetched ahead, and a start then only installs it', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1', background: 'download' });
    await rounds();
    expect(await served.installed()).toEqual(['3.22.1']);
    expect(served.reported('up_1').at(-1)).toBe('downloaded');
    const downloads = desk.server.downloads.length;
    expect(await desk.run(['update', '--yes'])).toMatchObject({ status: 0 });
    expect(await served.installed()).toEqual(['3.23.0']);
    expect(desk.server.downloads).toHaveLength(downloads);
  });

  test('it comes back when its turn to download is, and when the server says that there is room', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1', background: 'download' });
    desk.host.random = (length) => Buffer.alloc(length, 0x80);
    const turn = await served.engine.hourly.once();
    expect(turn! / hourMs).toBeCloseTo(0.25, 2);
    desk.host.pass(turn!);
    desk.server.interfere = (request, response) => {
      if (request.url?.includes('/targets/installers/') !== true) return false;
      response.setHeader('retry-after', '45');
      refuse(response, 429, 'download.no-slot');
      return true;
    };
    expect(await served.engine.hourly.once()).toBe(45_000);
    desk.host.pass(45_000);
    desk.server.interfere = () => false;
    expect(await served.engine.hourly.once()).toBeNull();
    expect(served.reported('up_1')).toEqual(['downloading', 'downloaded']);
  });

  test('a required update is installed while nobody uses the application', async () => {
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1', background: 'install' });
    await rounds();
    expect(await served.installed()).toEqual(['3.23.0']);
    expect(served.reported('up_1').at(-1)).toBe('installed');
    expect(desk.server.checks.slice(-2)).toMatchObject([{ purpose: 'background' }, { installedVersion: '3.23.0' }]);
  });

  test('what keeps failing waits for a person after three times', async () => {
    desk.server.interfere = (request, response) => {
      if (request.url?.includes('/targets/installers/') !== true) return false;
      response.writeHead(200, { 'content-length': '3' }).end('bad');
      return true;
    };
    desk.server.assign(fresh, { requirement: 'mandatory', updateId: 'up_1', background: 'install' });
    for (let round = 0; round < 6; round += 1) await rounds();
    expect(served.reported('up_1').filter((state) => state === 'failed')).toHaveLength(3);
  });

  test('a download gives way to a person who starts the application', async () => {
    desk.server.assign(fresh, { requirement: 'optional', updateId: 'up_1', background: 'download' });
    await served.engine.hourly.once();
    desk.host.pass(hourMs);
    const { promise: begun, resolve: onBegun } = Promise.withResolvers<undefined>();
    desk.server.interfere = (request) => {
      const isInstaller = request.url?.includes('/targets/installers/') === true;
      if (isInstaller) onBegun(undefined);
      // Never answered: the download would last for ever.
      return isInstaller;
    };
    const round = served.engine.hourly.once();
    await begun;
    const { status, told } = await desk.run(['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9']);
    expect({ status, told }).toMatchObject({ status: 9, told: expect.not.stringContaining('busy') as string });
    expect(await round).toBe(5 * 60_000);
  });
});
