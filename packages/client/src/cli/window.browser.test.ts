// Tests of `start` with the window, from the question to the application: a real Chromium, a real server's HTTP, a real
// signed installer.
import { setTimeout as pause } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { windowUnderTest } from '../test-support/window-under-test.ts';

const fresh = contoso('3.23.0');

/** A start of the application (which ends with 7) in a window, on a workstation on which time passes. */
async function startedOn(workstation: ContosoWorkstation) {
  const wait = async (ms: number, signal?: AbortSignal) => {
    await pause(ms, undefined, signal === undefined ? {} : { signal });
  };
  Object.assign(workstation.host, { wait });
  const { browser, page } = windowUnderTest();
  const how = ['--ui', 'window', '--browser', JSON.stringify([browser.file, ...browser.args])];
  const ended = workstation.run(['start', ...how, '--', '/bin/sh', '-c', 'exit 7']);
  return { workstation, ended, page };
}

async function started(prepare: (workstation: ContosoWorkstation) => void) {
  const workstation = await ContosoWorkstation.withOldVersion();
  prepare(workstation);
  return await startedOn(workstation);
}

const press = (page: Page, name: string) => page.getByRole('button', { name }).click();
const installed = async (workstation: ContosoWorkstation) =>
  JSON.parse((await workstation.run(['status', '--json'])).printed) as { installedVersion: string };

describe('a start with the window', () => {
  it('updates where the person says so, and starts the new version', async () => {
    const { workstation, ended, page } = await started(({ server }) => server.assign(fresh));
    await press(await page(), 'Update now');
    expect(await ended).toMatchObject({ status: 7, told: '' });
    expect(await installed(workstation)).toMatchObject({ installedVersion: '3.23.0' });
    const { reportedStates } = workstation.server;
    expect(reportedStates).toEqual(['offered', 'downloading', 'downloaded', 'installing', 'installed']);
  });

  it('does not start where the window of a required update is closed', async () => {
    const { workstation, ended, page } = await started(({ server }) =>
      server.assign(fresh, { requirement: 'mandatory' }),
    );
    await (await page()).close();
    expect(await ended).toMatchObject({ status: 20 });
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'declined', code: 2030 });
  });

  it('starts the old version where the download of an optional update is called off', async () => {
    const { workstation, ended, page } = await started(({ server }) => {
      server.assign(fresh);
      server.interfere = (request, response) => {
        if (!decodeURIComponent(request.url ?? '').includes('/targets/')) return false;
        response.writeHead(200, { etag: '"a"', 'content-length': fresh.bytes.length });
        response.write(fresh.bytes.subarray(0, 1_000));
        return true;
      };
    });
    const window = await page();
    await press(window, 'Update now');
    await press(window, 'Cancel');
    expect(await ended).toMatchObject({ status: 7 });
    expect(await installed(workstation)).toMatchObject({ installedVersion: '3.22.1' });
    expect(workstation.server.reportedStates).toEqual(['offered', 'downloading', 'deferred']);
  });

  it('says in the window why nothing is started, where there was nothing to ask', async () => {
    const workstation = await ContosoWorkstation.fresh();
    const { ended, page } = await startedOn(workstation);
    const window = await page();
    await window.getByText('This workstation is not activated.').first().waitFor();
    await press(window, 'Exit');
    expect(await ended).toMatchObject({ status: 12 });
  });
});
