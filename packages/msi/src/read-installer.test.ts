// The facts of real packages, compared with what msiinfo and msibuild say of them.
import { copyFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { CompoundFile } from './compound-file.ts';
import { Database } from './database.ts';
import type { InstallerFacts } from './installer-facts.ts';
import { readInstaller } from './read-installer.ts';
import { makeCompoundFile } from './test-support/compound-file-maker.ts';
import { makeInstaller, UPGRADE_CODE } from './test-support/make-installer.ts';
import { run } from './test-support/run.ts';
import { contentsOf } from './test-support/sign-installer.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';

const folder = temporaryFolder();

/** A table as msiinfo prints it, column by column name. */
async function exported(path: string, table: string): Promise<Record<string, string>[]> {
  const lines = (await run('msiinfo', ['export', path, table], folder)).split('\r\n').filter((line) => line !== '');
  const names = (lines[0] ?? '').split('\t');
  return lines.slice(3).map((line) => {
    const cells = line.split('\t');
    return Object.fromEntries(names.map((name, index) => [name, cells[index] ?? '']));
  });
}

/** The facts as far as msiinfo can tell them. */
async function oracle(path: string): Promise<Partial<InstallerFacts>> {
  const properties = new Map((await exported(path, 'Property')).map((row) => [row.Property, row.Value ?? '']));
  const summary = new Map(
    (await run('msiinfo', ['suminfo', path], folder)).split('\n').map((line): [string, string] => {
      const colon = line.indexOf(': ');
      return [line.slice(0, colon), line.slice(colon + 2)];
    }),
  );
  const files = await exported(path, 'File');
  const [platform, languages] = (summary.get('Template') ?? '').split(';');
  return {
    productName: properties.get('ProductName') ?? '',
    productVersion: properties.get('ProductVersion') ?? '',
    productCode: properties.get('ProductCode') ?? '',
    upgradeCode: properties.get('UpgradeCode')?.toUpperCase() ?? '',
    manufacturer: properties.get('Manufacturer') ?? '',
    language: properties.get('ProductLanguage') ?? '',
    allUsers: properties.get('ALLUSERS') ?? null,
    packageLanguages: (languages ?? '').split(','),
    architecture: platform === 'Intel' ? 'x86' : platform === 'Arm64' ? 'arm64' : 'x64',
    packageCode: summary.get('Revision number (UUID)') ?? '',
    subject: summary.get('Subject') ?? null,
    comments: summary.get('Comments') ?? null,
    fileCount: files.length,
    installedSize: files.reduce((sum, file) => sum + Number(file.FileSize), 0),
    componentCount: (await exported(path, 'Component')).length,
    customActionCount: (await exported(path, 'CustomAction')).length,
    launchConditions: (await exported(path, 'LaunchCondition')).map((row) => ({
      condition: row.Condition ?? '',
      description: row.Description ?? '',
    })),
  };
}

const sql = (path: string, query: string): Promise<string> => run('msibuild', [path, '-q', query], folder);

/** A copy of the plain package, changed by queries. */
async function changed(name: string, ...queries: string[]): Promise<string> {
  const path = join(folder, name);
  await copyFile(plain, path);
  for (const query of queries) await sql(path, query);
  return path;
}

let plain: string;
beforeAll(async () => {
  plain = await makeInstaller(folder, 'plain.msi');
});

describe('facts are what msiinfo says', () => {
  it('of a plain package, and more', async () => {
    const facts = await readInstaller(plain);
    expect(facts).toMatchObject(await oracle(plain));
    expect(facts).toMatchObject({
      productName: 'Usher Sample',
      productVersion: '3.22.1',
      upgradeCode: UPGRADE_CODE,
      language: '1033',
      architecture: 'x64',
      allUsers: '1',
      hiddenProperties: [],
      hasSignature: false,
      blocksDowngrade: true,
      size: (await readFile(plain)).length,
      warnings: ['blocks-downgrade', 'unsigned'],
    });
    expect(facts.upgrades).toEqual([
      expect.objectContaining({ upgradeCode: UPGRADE_CODE, minVersion: null, maxVersion: '3.22.1', onlyDetect: false }),
      expect.objectContaining({ upgradeCode: UPGRADE_CODE, minVersion: '3.22.1', maxVersion: null, onlyDetect: true }),
    ]);
  });

  it.each([
    ['Portuguese', 1046, 'Cofre de Ações', 'Organização'],
    ['German', 1031, 'Größenprüfung', 'Österreich'],
    ['Spanish', 3082, 'Añadidura €', 'Compañía'],
    ['neutral', 0, 'Plain', 'Vendor'],
  ])('of a %s package', async (language, lcid, name, manufacturer) => {
    const recipe = { language: lcid, name, manufacturer, description: name };
    const path = await makeInstaller(folder, `${language}.msi`, recipe);
    const facts = await readInstaller(path);
    expect(facts).toMatchObject(await oracle(path));
    expect(facts).toMatchObject({ language: String(lcid), productName: name, manufacturer, subject: name });
  });

  it.each([
    [1252, 'Ação Größe'],
    [1250, 'Příšerně'],
    [1251, 'Управление'],
    [65001, 'アクセス'],
  ])('of a package in code page %i', async (codePage, name) => {
    const table = join(folder, `codepage-${codePage}.idt`);
    await writeFile(table, `\r\n\r\n${codePage}\t_ForceCodepage\r\n`);
    const path = join(folder, `codepage-${codePage}.msi`);
    await copyFile(plain, path);
    await run('msibuild', [path, '-i', table], folder);
    await sql(path, `UPDATE \`Property\` SET \`Value\`='${name}' WHERE \`Property\`='ProductName'`);
    const { productName } = await readInstaller(path);
    expect(productName).toBe(name);
    expect((await oracle(path)).productName).toBe(name);
    await CompoundFile.with(path, (file) => expect(new Database(file).pool.codePage).toBe(codePage));
  });

  it('of a 32-bit package', async () => {
    const path = await makeInstaller(folder, 'x86.msi', { architecture: 'x86' });
    expect(await readInstaller(path)).toMatchObject({ ...(await oracle(path)), architecture: 'x86' });
  });

  it('of a package for ARM', async () => {
    const path = await changed('arm64.msi');
    await run(
      'msibuild',
      [path, '-s', 'Name', 'Author', 'Arm64;1033,1046', '{11111111-2222-3333-4444-555555555555}'],
      folder,
    );
    expect(await readInstaller(path)).toMatchObject({
      architecture: 'arm64',
      packageLanguages: ['1033', '1046'],
      packageCode: '{11111111-2222-3333-4444-555555555555}',
    });
  });

  it('of a package with so many texts that references need three bytes', async () => {
    const path = await changed(
      'many.msi',
      'CREATE TABLE `Many` (`Id` CHAR(72) NOT NULL, `Text` CHAR(255) PRIMARY KEY `Id`)',
    );
    const rows = Array.from({ length: 33_000 }, (_, index) => `id${index}\ttext ${index} é\r\n`).join('');
    await writeFile(join(folder, 'many.idt'), `Id\tText\r\ns72\tS255\r\nMany\tId\r\n${rows}`);
    await run('msibuild', [path, '-i', 'many.idt'], folder);
    await CompoundFile.with(path, (file) => {
      const database = new Database(file);
      expect(database.pool.referenceBytes).toBe(3);
      const table = database.table('Many');
      expect(table.rowCount).toBe(33_000);
      const texts = new Set(table.column('Text'));
      expect(texts.size).toBe(33_000);
      expect(texts.has('text 32999 é')).toBe(true);
    });
    expect(await readInstaller(path)).toMatchObject(await oracle(path));
  });

  it('of a package with many files', async () => {
    const path = await makeInstaller(folder, 'files.msi', { files: 150 });
    const facts = await readInstaller(path);
    expect(facts).toMatchObject(await oracle(path));
    expect(facts.fileCount).toBe(150);
  });

  it('whatever the size of the sectors', async () => {
    const children = await contentsOf(plain);
    const path = join(folder, 'large-sectors.msi');
    await writeFile(path, makeCompoundFile(children, 4096).bytes);
    const { size: _, ...facts } = await readInstaller(plain);
    expect(await readInstaller(path)).toMatchObject(facts);
  });
});

describe('warnings', () => {
  it.each([
    ['a fourth field', { version: '3.22.1.7' }, 'fourth-field-version'],
    ['a field too large for Windows Installer', { version: '2026.1.0' }, 'version-out-of-range'],
    ['no removal of other versions', { upgrade: 'none' }, 'no-major-upgrade'],
    ['an installation for one person', { allUsers: false }, 'per-user'],
  ] as const)('tell of %s', async (name, recipe, warning) => {
    const path = await makeInstaller(folder, `${warning}.msi`, recipe);
    const { warnings } = await readInstaller(path);
    expect(warnings, name).toContain(warning);
    expect((await readInstaller(plain)).warnings).not.toContain(warning);
  });

  it('do not tell of a blocked downgrade where there is none', async () => {
    const path = await makeInstaller(folder, 'down.msi', { upgrade: 'allow-downgrade' });
    expect(await readInstaller(path)).toMatchObject({ blocksDowngrade: false, warnings: ['unsigned'] });
  });

  it('tell of a downgrade that a custom action blocks', async () => {
    const path = await changed(
      'action.msi',
      'DELETE FROM `LaunchCondition`',
      "INSERT INTO `CustomAction` (`Action`, `Type`, `Target`) VALUES ('Refuse', 19, 'A newer version is installed.')",
      "INSERT INTO `InstallExecuteSequence` (`Action`, `Condition`, `Sequence`) VALUES ('Refuse', 'WIX_DOWNGRADE_DETECTED', 30)",
    );
    expect(await readInstaller(path)).toMatchObject({ blocksDowngrade: true, customActionCount: 1 });
  });
});

it('names the properties whose values stay hidden', async () => {
  const query = "INSERT INTO `Property` (`Property`, `Value`) VALUES ('MsiHiddenProperties', 'PASSWORD; TOKEN ;')";
  expect((await readInstaller(await changed('hidden.msi', query))).hiddenProperties).toEqual(['PASSWORD', 'TOKEN']);
});

describe('a package is refused', () => {
  it('when its cabinet lies beside it', async () => {
    const path = await makeInstaller(folder, 'outside.msi', { cabinet: 'beside' });
    await expect(readInstaller(path)).rejects.toMatchObject({ code: 'installer.external-cabinet' });
  });

  it('when its files lie beside it', async () => {
    const path = await changed('loose.msi', 'UPDATE `File` SET `Attributes`=8192');
    await expect(readInstaller(path)).rejects.toMatchObject({ code: 'installer.external-cabinet' });
  });

  it.each(['Intel64;1033', 'Arm;1033', 'x64,Intel;1033'])('when it is for %s', async (template) => {
    const path = await changed('platform.msi');
    await run('msibuild', [path, '-s', 'N', 'A', template, '{11111111-2222-3333-4444-555555555555}'], folder);
    await expect(readInstaller(path)).rejects.toMatchObject({ code: 'installer.unsupported-architecture' });
  });

  it.each([
    ['ProductName', ''],
    ['ProductVersion', '1.2.3.4.5'],
    ['ProductVersion', '1.x'],
    ['ProductVersion', '1.65536'],
    ['ProductCode', '{1234}'],
    ['UpgradeCode', '0A1B2C3D-1111-2222-3333-444455556666'],
    ['Manufacturer', ' '],
    ['ProductLanguage', 'en-US'],
    ['ProductLanguage', '99999'],
  ])('when its %s is "%s"', async (property, value) => {
    const path = await changed(
      'property.msi',
      `UPDATE \`Property\` SET \`Value\`='${value}' WHERE \`Property\`='${property}'`,
    );
    const error: unknown = await readInstaller(path).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'installer.malformed' });
    expect(String(error)).toContain(`Property ${property}`);
  });

  it('when a table that it needs is not made of rows', async () => {
    const path = await changed('none.msi', 'DROP TABLE `Property`');
    await expect(readInstaller(path)).rejects.toThrow(/Property Product/);
  });

  it('when its cabinet is not in it', async () => {
    const path = await changed('cab.msi', "UPDATE `Media` SET `Cabinet`='#other.cab'");
    await expect(readInstaller(path)).rejects.toThrow(/"#other.cab" is not in the file/);
  });

  it('when it is a compound file of another kind', async () => {
    const { bytes, entryOffset } = makeCompoundFile([]);
    bytes.fill(0, entryOffset('Root Entry') + 80, entryOffset('Root Entry') + 96);
    const path = join(folder, 'document.msi');
    await writeFile(path, bytes);
    await expect(readInstaller(path)).rejects.toMatchObject({ code: 'installer.not-msi' });
  });
});
