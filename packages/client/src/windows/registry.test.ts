// Tests of what is read from the registry, on outputs of `reg.exe` as Windows and Wine print them.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ProcessRunner } from '../engine/process-runner.ts';
import { WindowsInstaller } from './msiexec.ts';
import { packGuid, unpackGuid } from './packed-guid.ts';
import { parseRegOutput } from './reg-output.ts';
import { registeredProducts } from './registered-products.ts';
import { Registry } from './registry.ts';

const upgradeCode = '{11111111-2222-3333-4444-555555555555}';
const oldCode = '{AAAAAAAA-0000-0000-0000-000000000001}';
const newCode = '{AAAAAAAA-0000-0000-0000-000000000002}';
const upgradeKey =
  'HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UpgradeCodes\\11111111222233334444555555555555';
const uninstall = (code: string) =>
  `HKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\${code}`;

/** As Wine 8 printed them. */
const wine = {
  upgradeCodes: `\r\n${upgradeKey}\r\n    AAAAAAAA000000000000000000000010    REG_SZ    \r\n\r\n`,
  product: Buffer.from(
    `\r\n${uninstall(oldCode)}\r\n    AuthorizedCDFPrefix    REG_SZ    \r\n    DisplayName    REG_SZ    Prueba \u00a5and\u00a3\r\n    DisplayVersion    REG_SZ    3.22.1\r\n    EstimatedSize    REG_DWORD    0x0\r\n    ModifyPath    REG_EXPAND_SZ    MsiExec.exe /I${oldCode}\r\n    WindowsInstaller    REG_DWORD    0x1\r\n\r\n`,
    'latin1',
  ),
};

/** As Windows prints them: keys in its own spelling, several values, `(Default)`, a closing line in its language. */
const windows = {
  upgradeCodes: `\r\n${upgradeKey.replace('Software', 'SOFTWARE')}\r\n    (Standard)    REG_SZ    (Wert nicht gesetzt)\r\n    AAAAAAAA000000000000000000000010    REG_SZ    \r\n    AAAAAAAA000000000000000000000020    REG_SZ    \r\n\r\n`,
  search: `\r\n${uninstall(oldCode)}\r\n    DisplayVersion    REG_SZ    3.22.1\r\n\r\nSuchende: 1 \u00dcbereinstimmung(en) gefunden.\r\n`,
  emptyWithoutSeparator: `\r\n${upgradeKey}\r\n    AAAAAAAA000000000000000000000010    REG_SZ\r\n\r\n`,
};

/** What every Windows has. */
const programFiles =
  '\r\nHKEY_LOCAL_MACHINE\\Software\\Microsoft\\Windows\\CurrentVersion\r\n    ProgramFilesDir    REG_SZ    C:\\Program Files\r\n\r\n';

const ended = (exitCode: number | null, output = '') =>
  Promise.resolve({ exitCode, timedOut: exitCode === null, stdout: Buffer.from(output) });

/** A `reg.exe` that knows these answers, by view and key; for anything else it ends with 1, as the real one does. */
function regWith(answers: Readonly<Record<string, string>>): {
  run: ProcessRunner;
  registry: Registry;
  asked: string[];
} {
  const asked: string[] = [];
  const run: ProcessRunner = (file, args) => {
    expect(file).toBe('C:\\Windows\\System32\\reg.exe');
    const [, key = ''] = args;
    const view = args.at(-1) ?? '';
    asked.push(`${view} ${key}`);
    if (key.endsWith('CurrentVersion')) return ended(0, programFiles);
    const output = Object.entries(answers).find(([name]) => `${view} ${key}`.endsWith(name))?.[1];
    return ended(output === undefined ? 1 : 0, output);
  };
  return { run, registry: new Registry(run, 'C:\\Windows'), asked };
}

const version = (code: string, text: string) =>
  `\r\n${uninstall(code)}\r\n    DisplayVersion    REG_SZ    ${text}\r\n\r\n`;

describe("reg.exe's output", () => {
  it('is read as Wine prints it, names in whatever code page', () => {
    expect(parseRegOutput(Buffer.from(wine.upgradeCodes))).toEqual([
      { key: upgradeKey, name: 'AAAAAAAA000000000000000000000010', type: 'REG_SZ', data: '' },
    ]);
    const byName = new Map(parseRegOutput(wine.product).map(({ name, data }) => [name, data]));
    expect(byName.get('DisplayVersion')).toBe('3.22.1');
    expect(byName.get('ModifyPath')).toBe(`MsiExec.exe /I${oldCode}`);
    expect(byName.get('WindowsInstaller')).toBe('0x1');
    expect(byName.get('AuthorizedCDFPrefix')).toBe('');
  });

  it('is read as Windows prints it', () => {
    expect(parseRegOutput(Buffer.from(windows.upgradeCodes)).map(({ name }) => name)).toEqual([
      '(Standard)',
      'AAAAAAAA000000000000000000000010',
      'AAAAAAAA000000000000000000000020',
    ]);
    expect(parseRegOutput(Buffer.from(windows.search, 'latin1'))).toHaveLength(1);
    expect(parseRegOutput(Buffer.from(windows.emptyWithoutSeparator))[0]).toMatchObject({ type: 'REG_SZ', data: '' });
  });

  it('may be any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(Array.isArray(parseRegOutput(Buffer.from(bytes)))).toBe(true);
      }),
    );
  });
});

describe('the installed products', () => {
  it('are found by UpgradeCode, the highest version first', async () => {
    const { registry } = regWith({
      '/reg:64 HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UpgradeCodes\\11111111222233334444555555555555':
        windows.upgradeCodes,
      [`/reg:64 HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\${oldCode}`]: version(oldCode, '3.9.1'),
      [`/reg:64 HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\${newCode}`]: version(newCode, '3.22.1'),
    });
    expect(await registeredProducts(registry, [upgradeCode])).toEqual([
      { productCode: newCode, version: '3.22.1' },
      { productCode: oldCode, version: '3.9.1' },
    ]);
  });

  it.each([
    ['/reg:64', 'Microsoft\\Windows\\CurrentVersion\\Installer'],
    ['/reg:32', 'Microsoft\\Windows\\CurrentVersion\\Installer'],
    ['/reg:64', 'Classes\\Installer'],
  ])(
    'are found where an x86 product stands: named in %s %s, with its version in the other view',
    async (view, place) => {
      const key = `Software\\${place}\\UpgradeCodes\\11111111222233334444555555555555`;
      const { registry, asked } = regWith({
        [`${view} HKLM\\${key}`]: wine.upgradeCodes.replace(upgradeKey, `HKEY_LOCAL_MACHINE\\${key}`),
        [`/reg:32 HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall\\${oldCode}`]: version(
          oldCode,
          '3.22.1',
        ),
      });
      expect(await registeredProducts(registry, [upgradeCode])).toEqual([{ productCode: oldCode, version: '3.22.1' }]);
      expect(asked).toHaveLength(5);
    },
  );

  it('are the same whatever was expected, and in whatever order the answers come', async () => {
    const uninstallKey = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Uninstall';
    const installed = {
      '/reg:64 HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UpgradeCodes\\11111111222233334444555555555555':
        windows.upgradeCodes,
      [`/reg:32 ${uninstallKey}\\${oldCode}`]: version(oldCode, '3.22.1'),
      [`/reg:64 ${uninstallKey}\\${newCode}`]: version(newCode, '3.23.0'),
      // Installed, and no kin of what is asked for.
      [`/reg:64 ${uninstallKey}\\${upgradeCode}`]: version(upgradeCode, '9.9.9'),
    };
    const kin = [
      { productCode: newCode, version: '3.23.0' },
      { productCode: oldCode, version: '3.22.1' },
    ];
    const expected = fc.subarray([oldCode, newCode, upgradeCode, '{AAAAAAAA-0000-0000-0000-000000000009}']);
    await fc.assert(
      fc.asyncProperty(expected, fc.scheduler(), async (codes, scheduler) => {
        const { run } = regWith(installed);
        const registry = new Registry(scheduler.scheduleFunction(run), 'C:\\Windows');
        const found = registeredProducts(registry, [upgradeCode], codes);
        await scheduler.waitFor(found);
        expect(await found).toEqual(kin);
      }),
      { numRuns: 50 },
    );
  });

  it('leave out the remains of a removal, and what is not there', async () => {
    const { registry } = regWith({
      '/reg:64 HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UpgradeCodes\\11111111222233334444555555555555':
        wine.upgradeCodes,
    });
    expect(await registeredProducts(registry, [upgradeCode])).toEqual([]);
    expect(await registeredProducts(regWith({}).registry, [upgradeCode])).toEqual([]);
  });
});

describe('a registry that cannot be read', () => {
  const unreadable = { code: 'registry.unreadable' };

  it.each([
    ['does not answer in time', null],
    ['cannot be started in full', 0xc0000142],
  ])('is not an empty one: reg.exe %s', async (_, exitCode) => {
    const registry = new Registry(() => ended(exitCode), 'C:\\Windows');
    await expect(registry.values('HKLM\\Software\\A', '64')).rejects.toMatchObject(unreadable);
    await expect(registry.value('HKLM\\Software\\A', 'B', '64')).rejects.toMatchObject(unreadable);
    await expect(registeredProducts(registry, [upgradeCode])).rejects.toMatchObject(unreadable);
  });

  it('is not an empty one where an administrator forbids reg.exe, which then ends as where nothing is there', async () => {
    const registry = new Registry(() => ended(1), 'C:\\Windows');
    expect(await registry.value('HKLM\\Software\\A', 'B', '64')).toBeNull();
    await expect(registeredProducts(registry, [upgradeCode])).rejects.toMatchObject({
      ...unreadable,
      message: expect.stringContaining('forbidden') as string,
    });
    const installer = new WindowsInstaller(() => ended(1), registry, 'C:\\Windows');
    expect(await installer.trouble()).toContain('forbidden');
  });

  it('is asked again, with more time, where it did not answer at once', async () => {
    const limits: number[] = [];
    const run: ProcessRunner = (_file, _args, { timeoutMs }) => {
      limits.push(timeoutMs);
      return limits.length === 1 ? ended(null) : ended(0, programFiles);
    };
    const registry = new Registry(run, 'C:\\Windows');
    const key = 'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion';
    expect(await registry.value(key, 'ProgramFilesDir', '64')).toBe('C:\\Program Files');
    expect(limits).toEqual([10_000, 30_000]);
  });

  it('is not an empty one where only the version of what is expected cannot be read', async () => {
    const { run } = regWith({});
    const silent: ProcessRunner = (file, args, options) =>
      args[1]?.includes('Uninstall') === true ? ended(null) : run(file, args, options);
    const registry = new Registry(silent, 'C:\\Windows');
    await expect(registeredProducts(registry, [upgradeCode], [oldCode])).rejects.toMatchObject(unreadable);
  });

  it('costs nothing where something was found', async () => {
    const key =
      'HKLM\\Software\\Microsoft\\Windows\\CurrentVersion\\Installer\\UpgradeCodes\\11111111222233334444555555555555';
    const { registry, asked } = regWith({ [`/reg:64 ${key}`]: wine.upgradeCodes });
    await registeredProducts(registry, [upgradeCode]);
    expect(asked.filter((question) => question.endsWith('CurrentVersion'))).toEqual([]);
  });
});

describe('packed GUIDs', () => {
  it('are as Windows Installer writes them', () => {
    expect(packGuid('{12345678-9abc-def0-1234-56789abcdef0}')).toBe('87654321CBA90FED21436587A9CBED0F');
    expect(packGuid(oldCode)).toBe('AAAAAAAA000000000000000000000010');
  });

  it('come back as they were', () => {
    fc.assert(
      fc.property(fc.uuid(), (uuid) => {
        const guid = `{${uuid.toUpperCase()}}`;
        expect(unpackGuid(packGuid(guid))).toBe(guid);
      }),
    );
  });

  it('are nothing but 32 digits', () => {
    for (const not of ['', '(Standard)', 'AAAA', 'G'.repeat(32)]) expect(unpackGuid(not)).toBeNull();
    expect(() => packGuid('AAAAAAAA-0000-0000-0000-000000000001')).toThrow(RangeError);
  });
});
