// Tests of updates that fail: what the person is told, what is reported, and that the application is there after.
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { InstallerDriver, InstallerResult } from '../engine/installer-driver.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso, sendBytes } from '../test-support/stand-in-server.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');
const run7 = ['--', '/bin/sh', '-c', 'exit 7'];

/** The machine's own driver, whose installations end with these codes in turn before it works again. */
function failing(real: InstallerDriver, codes: number[], log: string): InstallerDriver {
  return {
    installed: (upgradeCodes) => real.installed(upgradeCodes),
    remove: (request) => real.remove(request),
    trouble: () => real.trouble(),
    install: async (request): Promise<InstallerResult> => {
      const exitCode = codes.shift();
      if (exitCode === undefined) return await real.install(request);
      await writeFile(request.logFile, log);
      return { exitCode };
    },
  };
}

/** 3.22.1 is installed, 3.23.0 is offered (or required). */
async function offered(requirement: 'optional' | 'mandatory' = 'optional'): Promise<ContosoWorkstation> {
  const workstation = await ContosoWorkstation.withOldVersion();
  workstation.server.assign(fresh, { requirement });
  return workstation;
}

async function withCodes(workstation: ContosoWorkstation, ...codes: number[]): Promise<ContosoWorkstation> {
  const { driver } = await workstation.open();
  workstation.driver = failing(driver, codes, 'DB_PASSWORD=hunter2\nReturn value 3.\n');
  return workstation;
}

describe('an installer that fails', () => {
  it('lets the old version start where it may, and shows the cause to both sides, without secrets', async () => {
    const workstation = await withCodes(await offered(), 1603);
    const { status, told } = await workstation.run(['start', ...run7], ['1', '3']);
    expect(status).toBe(7);
    expect(told).toContain('The update failed. Code 2042.');
    expect(told).toContain('Windows Installer 1603: The installation ended with a fatal error');
    expect(told).toContain('3) Continue with 3.22.1');
    expect(told).toContain('Support id: ws_1/up_1');
    const report = workstation.server.reports.at(-1);
    expect(report).toMatchObject({ state: 'failed', code: 2042, exitCode: 1603, attempt: 1 });
    expect(report?.logTail).toContain('Return value 3.');
    expect(report?.logTail).not.toContain('hunter2');
  });

  it('does not let it start where the update is required', async () => {
    const workstation = await withCodes(await offered('mandatory'), 1603);
    const { status, told } = await workstation.run(['start', ...run7], ['1', '3']);
    expect(status).toBe(30);
    expect(told).toContain('3) Exit');
  });

  it('is tried again where the person wants, as another attempt', async () => {
    const workstation = await withCodes(await offered(), 1603);
    const { status, told } = await workstation.run(['start', ...run7], ['1', '2', '1']);
    expect(status).toBe(7);
    expect(told).toContain('Saved to ');
    expect(told).toContain('Updated to 3.23.0.');
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'installed', attempt: 2 });
  });

  it('has the old version put back where that was removed already (2046)', async () => {
    const workstation = await offered();
    expect(await workstation.run(['start', '--answer', 'now', ...run7])).toMatchObject({ status: 7 });
    workstation.server.assign(old, { updateId: 'up_2' });
    await withCodes(workstation, 1603);
    const { status, told } = await workstation.run(['start', '--answer', 'now', ...run7]);
    expect(status).toBe(7);
    expect(told).toContain('the previous version was put back');
    const report = workstation.server.reports.at(-1);
    expect(report).toMatchObject({ state: 'rolled-back', code: 2046, exitCode: 1603 });
    expect(report?.logTail).toContain('Return value 3.');
    expect(report?.logTail).not.toContain('Unpacked');
    expect(JSON.parse((await workstation.run(['status', '--json'])).printed)).toMatchObject({
      installedVersion: '3.23.0',
    });
  });
});

describe('the way back', () => {
  it('is fetched from the catalogue where the cache lost it, whatever its architecture and language', async () => {
    const elsewhere = { ...old, entry: { ...old.entry, path: 'installers/pr_1/3.22.1/x86-1046.msi' } };
    const workstation = await offered();
    workstation.server.publish([elsewhere, fresh]);
    await rm(join(workstation.state, 'cache'), { recursive: true });
    await withCodes(workstation, 1603);
    await workstation.run(['start', '--answer', 'now', ...run7]);
    expect(workstation.server.downloads.slice(-2)).toEqual([fresh.entry.path, elsewhere.entry.path]);
  });

  it('is none where the catalogue does not hold the version (any more), and the update goes on', async () => {
    const workstation = await offered();
    workstation.server.publish([fresh]);
    await rm(join(workstation.state, 'cache'), { recursive: true });
    expect(await workstation.run(['start', '--answer', 'now', ...run7])).toMatchObject({ status: 7 });
    expect(await readFile(join(workstation.state, 'logs', 'client.log'), 'utf8')).toContain('no way back to 3.22.1');
  });
});

describe('an approved installer whose certificate has expired since', () => {
  it.each([
    ['is installed, as its signature was verified in time', { verifiedAt: '2026-11-22T08:00:00.000Z' }, 0],
    ['is refused where nobody says when it was verified', {}, 30],
  ])('%s', async (_what, verified, status) => {
    const workstation = await ContosoWorkstation.activated('2050-06-01T08:00:00.000Z');
    const entry = { ...old.entry, facts: { ...old.entry.facts, ...verified } };
    workstation.server.publish([{ ...old, entry }]);
    workstation.server.assign(old, { requirement: 'mandatory' });
    expect(await workstation.run(['update', '--yes'])).toMatchObject({ status });
  });
});

describe('a client that was killed in the middle of an update', () => {
  it('finishes it at the next start, says so, and reports it', async () => {
    const workstation = await offered();
    const { driver } = await workstation.open();
    const crash = new Error('killed');
    workstation.driver = { ...failing(driver, [], ''), install: () => Promise.reject(crash) };
    workstation.server.assign(fresh, { requirement: 'mandatory' });
    expect(await workstation.run(['start', '--answer', 'now', ...run7])).toMatchObject({ status: 1 });
    const journal = JSON.parse(await readFile(join(workstation.state, 'journal.json'), 'utf8')) as { phase: string };
    expect(journal.phase).toBe('changing');

    workstation.driver = undefined;
    for (const { productCode } of await driver.installed([fresh.entry.facts.upgradeCode])) {
      await driver.remove({ productCode, logFile: join(workstation.state, 'logs', 'x.log') });
    }
    const { status, told } = await workstation.run(['start', ...run7]);
    expect(status).toBe(7);
    expect(told).toContain('An interrupted update to 3.23.0 was finished.');
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'installed' });
  });
});

describe('a download that fails', () => {
  it.each([
    ['corrupt', Buffer.alloc(fresh.bytes.length, 1), 2041],
    ['longer', Buffer.concat([fresh.bytes, Buffer.from('x')]), 2041],
  ])('with a %s file is refused and reported, and the old version starts', async (_name, bytes, code) => {
    const workstation = await offered();
    workstation.server.interfere = (request, response) => {
      const isInstaller = request.url?.includes('/targets/installers/') === true;
      if (isInstaller) sendBytes(request, response, bytes);
      return isInstaller;
    };
    const { status, told } = await workstation.run(['start', '--answer', 'now', ...run7]);
    expect(status).toBe(7);
    expect(told).toContain(`Code ${code}`);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'failed', code });
  });

  it('for want of space says how much is needed and free', async () => {
    const workstation = await offered('mandatory');
    workstation.host.free = 5_000_000;
    const { status, told } = await workstation.run(['start', '--answer', 'now', ...run7]);
    expect(status).toBe(30);
    expect(told).toMatch(/not enough disk space: 17 MB are needed, 5 MB are free/);
    expect(workstation.server.reports.at(-1)).toMatchObject({ state: 'failed', code: 2043 });
    expect(workstation.server.downloads).toEqual([]);
  });
});

describe('an installer in the cache', () => {
  it('that was altered there is not installed, but fetched anew', async () => {
    const workstation = await offered();
    await withCodes(workstation, 1603);
    await workstation.run(['start', '--answer', 'now', ...run7]);
    const file = join(workstation.state, 'cache', fresh.entry.sha256.slice(0, 32), 'contoso-agent-3.23.0.msi');
    const bytes = await readFile(file);
    bytes[1000] = (bytes[1000] ?? 0) ^ 1;
    await writeFile(file, bytes);
    workstation.server.downloads.length = 0;
    const { told } = await workstation.run(['start', '--answer', 'now', ...run7]);
    expect(told).toContain('Updated to 3.23.0.');
    expect(workstation.server.downloads).toEqual([fresh.entry.path]);
  });
});
