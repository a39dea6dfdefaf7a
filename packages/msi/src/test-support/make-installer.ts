// Makes real MSI files with wixl, as small as can be, for the tests of this package.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** What differs between the packages that tests make. */
export interface Recipe {
  readonly name?: string;
  readonly version?: string;
  readonly manufacturer?: string;
  readonly language?: number;
  readonly upgradeCode?: string;
  readonly architecture?: 'x86' | 'x64';
  readonly description?: string;
  /** Number of files, each with a component of its own. */
  readonly files?: number;
  readonly allUsers?: boolean;
  /** `major-upgrade` removes other versions and refuses to go back. */
  readonly upgrade?: 'major-upgrade' | 'allow-downgrade' | 'none';
  readonly cabinet?: 'inside' | 'beside';
  /** Further elements of the product. */
  readonly more?: string;
}

export const UPGRADE_CODE = '{0A1B2C3D-1111-2222-3333-444455556666}';

const UPGRADES = {
  'major-upgrade': '<MajorUpgrade DowngradeErrorMessage="A newer version is installed."/>',
  'allow-downgrade': '<MajorUpgrade AllowDowngrades="yes"/>',
  none: '',
};

/** Makes `name` in `folder` by the recipe and gives its path. */
export async function makeInstaller(folder: string, name: string, recipe: Recipe = {}): Promise<string> {
  const source = join(folder, `${name}-source`);
  await mkdir(source, { recursive: true });
  const count = recipe.files ?? 1;
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  for (const id of ids) await writeFile(join(source, `file${id}.txt`), `This is file ${id}.\n`);
  const { productName, manufacturer, description } = {
    productName: recipe.name ?? 'Usher Sample',
    manufacturer: recipe.manufacturer ?? 'Sample Vendor',
    description: recipe.description ?? 'A sample',
  };
  const components = ids.map(
    (id) =>
      `<Component Id="C${id}" Guid="*"><File Id="F${id}" Source="${name}-source/file${id}.txt" KeyPath="yes"/></Component>`,
  );
  const wxs = `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Id="*" Name="${productName}" Language="${recipe.language ?? 1033}" Version="${recipe.version ?? '3.22.1'}"
           Manufacturer="${manufacturer}" UpgradeCode="${recipe.upgradeCode ?? UPGRADE_CODE}">
    <Package InstallerVersion="200" Compressed="yes" Description="${description}" Comments="Comments: ${description}"
             ${recipe.allUsers === false ? 'InstallScope="perUser"' : 'InstallScope="perMachine"'}/>
    ${UPGRADES[recipe.upgrade ?? 'major-upgrade']}
    <Media Id="1" Cabinet="sample.cab" EmbedCab="${recipe.cabinet === 'beside' ? 'no' : 'yes'}"/>
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="ProgramFilesFolder"><Directory Id="INSTALLDIR" Name="Sample">${components.join('')}</Directory></Directory>
    </Directory>
    <Feature Id="Main" Level="1">${ids.map((id) => `<ComponentRef Id="C${id}"/>`).join('')}</Feature>
    ${recipe.more ?? ''}
  </Product>
</Wix>`;
  await writeFile(join(folder, `${name}.wxs`), wxs);
  await run('wixl', ['-a', recipe.architecture ?? 'x64', '-o', name, `${name}.wxs`], folder);
  return join(folder, name);
}
