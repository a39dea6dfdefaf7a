// What the maker of installers says it put in is in the file, as Debian's `msiinfo` reads it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runTool } from '../run-tool.ts';
import { makeInstaller } from './make-installer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-make-installer-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** The rows of a table but for its head; cells by tabs. */
async function rows(msi: string, table: string): Promise<string[][]> {
  const { stdout } = await runTool('msiinfo', ['export', msi, table]);
  return stdout
    .split(/\r?\n/)
    .slice(3)
    .filter((line) => line !== '')
    .map((line) => line.split('\t'));
}

async function properties(msi: string): Promise<Record<string, string>> {
  return Object.fromEntries((await rows(msi, 'Property')).map(([name, value]) => [name ?? '', value ?? '']));
}

describe('makeInstaller', () => {
  test('gives a product its names, codes and version', async () => {
    const made = await makeInstaller(join(folder, 'plain.msi'), { version: '3.22.1' });
    expect(await properties(made.path)).toMatchObject({
      ProductName: 'Contoso Agent',
      ProductVersion: '3.22.1',
      Manufacturer: 'Contoso Ltd.',
      ProductCode: made.productCode,
      UpgradeCode: made.upgradeCode,
      ProductLanguage: '1033',
    });
    const { stdout } = await runTool('msiinfo', ['suminfo', made.path]);
    expect(stdout).toContain('Template: x64;1033');
    expect(stdout).toContain(made.packageCode);
  });

  test.each([
    { architecture: 'x86', language: 1046, template: 'Intel;1046' },
    { architecture: 'arm64', language: 3082, template: 'Arm64;3082' },
  ] as const)('makes a package for $architecture in language $language', async ({ template, ...recipe }) => {
    const made = await makeInstaller(join(folder, `${recipe.architecture}.msi`), { version: '1.0.0', ...recipe });
    const { stdout } = await runTool('msiinfo', ['suminfo', made.path]);
    expect(stdout).toContain(`Template: ${template}`);
    expect(await properties(made.path)).toMatchObject({ ProductLanguage: String(recipe.language) });
  });

  test.each([
    { codepage: 932, productName: '東京エージェント' },
    { codepage: 1251, productName: 'Агенты' },
    { codepage: 1252, productName: 'Agente São Paulo' },
    { codepage: 65001, productName: 'Agent 東京 “é”' },
  ])('keeps the name $productName in code page $codepage', async ({ codepage, productName }) => {
    const path = join(folder, `codepage-${codepage}.msi`);
    await makeInstaller(path, { version: '1.0.0', codepage, productName, properties: { NAME: productName } });
    expect(await properties(path)).toMatchObject({ ProductName: productName, NAME: productName });
    const { stdout } = await runTool('msiinfo', ['export', path, '_ForceCodepage']);
    expect(stdout).toContain(`${codepage}\t_ForceCodepage`);
  });

  test('refuses a text that its code page lacks, or that is too short to be put in', async () => {
    const path = join(folder, 'refused.msi');
    const lacking = { version: '1.0.0', codepage: 1252, productName: '東京エージェント' };
    await expect(makeInstaller(path, lacking)).rejects.toThrow('"東" is not in code page 1252');
    const short = { version: '1.0.0', codepage: 1252, productName: 'Ágil' };
    await expect(makeInstaller(path, short)).rejects.toThrow('at least 6 are needed');
  });

  test('keeps mark-up characters and lists secure and hidden properties', async () => {
    const made = await makeInstaller(join(folder, 'properties.msi'), {
      version: '1.0.0',
      properties: { ADDRESS: 'https://a.example/?b&c="<d>"', PASSWORD: 'x' },
      secureProperties: ['ADDRESS'],
      hiddenProperties: ['PASSWORD'],
    });
    expect(await properties(made.path)).toMatchObject({
      ADDRESS: 'https://a.example/?b&c="<d>"',
      SecureCustomProperties: 'OLDERVERSION;NEWERVERSION;ADDRESS',
      MsiHiddenProperties: 'PASSWORD',
    });
  });

  test.each([
    { upgrades: 'upgrade', expected: ['NEWERVERSION', 'OLDERVERSION'] },
    { upgrades: 'any-version', expected: ['OTHERVERSION'] },
    { upgrades: 'side-by-side', expected: [] },
  ] as const)('looks for other versions as $upgrades says', async ({ upgrades, expected }) => {
    const made = await makeInstaller(join(folder, `${upgrades}.msi`), { version: '1.0.0', upgrades });
    expect((await rows(made.path, 'Upgrade')).map((row) => row[6])).toEqual(expected);
  });

  test('makes string references of three bytes where there are many strings', async () => {
    const made = await makeInstaller(join(folder, 'filler.msi'), { version: '1.0.0', fillerStrings: 66_000 });
    expect(await rows(made.path, 'Filler')).toHaveLength(66_000);
    expect(await properties(made.path)).toMatchObject({ ProductVersion: '1.0.0' });
  });

  test('puts the failure where its condition stands', async () => {
    const made = await makeInstaller(join(folder, 'fails.msi'), { version: '1.0.0', failsWhen: 'NOT REMOVE' });
    expect(await rows(made.path, 'InstallExecuteSequence')).toContainEqual(['FailOnPurpose', 'NOT REMOVE', '4100']);
  });

  test('gives the same codes for the same recipe, and another package code for a rebuild', async () => {
    const path = join(folder, 'codes.msi');
    const first = await makeInstaller(path, { version: '1.0.0' });
    expect(await makeInstaller(path, { version: '1.0.0' })).toEqual(first);
    const rebuilt = await makeInstaller(path, { version: '1.0.0', build: '2' });
    expect(rebuilt.productCode).toBe(first.productCode);
    expect(rebuilt.packageCode).not.toBe(first.packageCode);
  });
});
