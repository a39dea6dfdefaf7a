// The ground the Windows journeys stand on: programs, registry and the real Windows Installer in a Wine prefix.
import { join } from 'node:path';
import { contosoInstallers, makeInstaller, WinePrefix } from '@usher/testkit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

const uninstall = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
const installFolder = 'C:\\Program Files\\Contoso Agent';
const installers = contosoInstallers();

let windows: WinePrefix;
beforeAll(async () => {
  windows = await WinePrefix.create();
});
afterAll(() => windows[Symbol.asyncDispose]());

/** Installs a file as the client does, and gives the exit status of `msiexec`. */
async function install(path: string): Promise<number> {
  const { exitCode } = await windows.run('msiexec.exe', ['/i', windows.windowsPath(path), '/qn', '/norestart']);
  return exitCode;
}

/** Name and version of what Windows lists as installed. */
async function installed(): Promise<unknown[]> {
  const keys = [...(await windows.readRegistry(uninstall)).values()];
  return keys
    .filter((values) => values.has('DisplayVersion'))
    .map((values) => [values.get('DisplayName'), values.get('DisplayVersion')]);
}

describe('a program under Wine', () => {
  test('gives its outputs and its whole exit status', async () => {
    const result = await windows.run('cmd.exe', ['/c', 'echo out& echo err 1>&2& exit 1605']);
    expect(result).toEqual({ exitCode: 1605, stdout: 'out\r\n', stderr: 'err \r\n' });
  });

  test('is a Windows 10 of 64 bits without a display', async () => {
    const key = 'HKLM\\Software\\Microsoft\\Windows NT\\CurrentVersion';
    expect(await windows.registryValue(key, 'CurrentMajorVersionNumber')).toBe(10);
    expect(await windows.registryValue(key, 'NoSuchValue')).toBeUndefined();
    expect(await windows.registryValue('HKLM\\Software\\NoSuchKey', 'Name')).toBeUndefined();
  });

  test('reads what it is given', async () => {
    const result = await windows.run('cmd.exe', ['/c', 'set /p NAME=& call echo got %NAME%'], {
      input: 'São Paulo\r\n',
    });
    expect(result.stdout).toContain('got S');
  });

  test('runs on a machine that is no other', async () => {
    const key = 'HKLM\\Software\\Microsoft\\Cryptography';
    await using other = await WinePrefix.create();
    const ids = [await windows.registryValue(key, 'MachineGuid'), await other.registryValue(key, 'MachineGuid')];
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
    expect(ids[1]).not.toBe(ids[0]);
  });

  test('is reported when it cannot be found, and ended when it takes too long', async () => {
    await expect(windows.run('no-such-program.exe')).rejects.toThrow('error 2');
    const pause = windows.run('ping.exe', ['-n', '60', '127.0.0.1'], { timeoutMs: 1500 });
    await expect(pause).rejects.toThrow('had not ended after 1500 ms');
  });

  test('may write any character to the registry', async () => {
    const key = 'HKCU\\Software\\Contoso';
    await windows.run('reg.exe', ['add', key, '/v', 'Name "é"', '/d', 'C:\\東京 “x”', '/f']);
    expect(await windows.registryValue(key, 'Name "é"')).toBe('C:\\東京 “x”');
  });
});

describe('Windows Installer under Wine', () => {
  test('installs a version, and a major upgrade takes its place', async () => {
    expect(await install(installers['3.22.1'].path)).toBe(0);
    expect(await installed()).toEqual([['Contoso Agent', '3.22.1']]);
    expect(await windows.listFiles(installFolder)).toEqual(['app.exe', 'version.txt']);

    expect(await install(installers['3.23.0'].path)).toBe(0);
    expect(await installed()).toEqual([['Contoso Agent', '3.23.0']]);
    expect(await windows.listFiles(installFolder)).toEqual(['app.exe', 'version.txt']);

    const { exitCode } = await windows.run(`${installFolder}\\app.exe`, ['--exit', '3010', 'a b', 'São "Paulo"']);
    expect(exitCode).toBe(3010);
    expect(await windows.applicationStarts()).toEqual([
      {
        program: `${installFolder}\\app.exe`,
        version: '3.23.0',
        commandLine: `"${installFolder}\\app.exe" --exit 3010 "a b" "São \\"Paulo\\""`,
      },
    ]);
  });

  test('refuses an older version over a newer one, removes what is asked, and knows what is not installed', async () => {
    expect(await install(installers['3.22.1'].path)).toBe(1603);
    const remove = ['/x', installers['3.23.0'].productCode, '/qn'];
    expect(await windows.run('msiexec.exe', remove)).toMatchObject({ exitCode: 0 });
    expect(await installed()).toEqual([]);
    expect(await windows.listFiles(installFolder)).toEqual([]);
    expect(await windows.run('msiexec.exe', remove)).toMatchObject({ exitCode: 1605 });
  });

  test('goes back to an older version where the product allows it, and fails where an action does', async () => {
    const name = {
      productName: 'Agente São Paulo',
      installFolder: 'Agente São Paulo',
      upgrades: 'any-version',
    } as const;
    const [newer, older, failing] = ['newer.msi', 'older.msi', 'failing.msi'].map((file) => join(windows.folder, file));
    await makeInstaller(newer!, { ...name, version: '2.0.0' });
    await makeInstaller(older!, { ...name, version: '1.0.0' });
    await makeInstaller(failing!, { ...name, version: '3.0.0', failsWhen: 'NOT REMOVE' });
    expect(await install(newer!)).toBe(0);
    expect(await install(older!)).toBe(0);
    expect(await installed()).toEqual([['Agente São Paulo', '1.0.0']]);
    expect(await windows.listFiles('C:\\Program Files\\Agente São Paulo')).toContain('app.exe');
    expect(await install(failing!)).toBe(1603);
  });
});
