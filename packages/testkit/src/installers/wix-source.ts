// A recipe as the WiX source that `wixl` compiles. `wixl` knows a part of WiX 3 and passes over what it does
// not know with a warning; what it lacks (custom actions, template, languages) is put in afterwards.
import { guidFrom } from './guid.ts';
import type { DecidedRecipe, InstalledFile } from './installer-recipe.ts';
import type { StandInTexts } from './stand-in-texts.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
const xml = (text: string) => text.replace(/[&<>"]/g, (character) => escapes[character] ?? character);

/** The name under which the file at `index` of a recipe lies beside the source while it is compiled. */
export const sourceName = (index: number): string => `file-${index}`;

function component(recipe: DecidedRecipe, texts: StandInTexts, file: InstalledFile, index: number): string {
  // The same path keeps the same component code in every version (the component rules of Windows Installer).
  const guid = guidFrom('component', recipe.upgradeCode, recipe.architecture, recipe.installFolder, file.name);
  const win64 = recipe.architecture === 'x86' ? '' : ' Win64="yes"';
  return `<Component Id="c${index}" Guid="${guid}"${win64}>
            <File Id="f${index}" Name="${xml(texts.for(file.name))}" Source="${sourceName(index)}" KeyPath="yes"/>
          </Component>`;
}

function upgrades(recipe: DecidedRecipe): string {
  const schedule =
    recipe.removal === 'early'
      ? '<RemoveExistingProducts After="InstallInitialize"/>'
      : '<RemoveExistingProducts After="InstallFinalize"/>';
  const sequence = `<InstallExecuteSequence>${schedule}</InstallExecuteSequence>`;
  switch (recipe.upgrades) {
    case 'side-by-side':
      return '';
    case 'any-version':
      return `<Upgrade Id="${recipe.upgradeCode}">
      <UpgradeVersion Minimum="0.0.0" IncludeMinimum="yes" Property="OTHERVERSION"/>
    </Upgrade>
    ${sequence}`;
    case 'upgrade':
      return `<Upgrade Id="${recipe.upgradeCode}">
      <UpgradeVersion Minimum="0.0.0" IncludeMinimum="yes" Maximum="${xml(recipe.version)}" Property="OLDERVERSION"/>
      <UpgradeVersion Minimum="${xml(recipe.version)}" OnlyDetect="yes" Property="NEWERVERSION"/>
    </Upgrade>
    <Condition Message="A newer version is already installed.">NOT NEWERVERSION</Condition>
    ${sequence}`;
  }
}

function properties(recipe: DecidedRecipe, texts: StandInTexts): string {
  const all: Record<string, string> = { ...recipe.properties };
  if (recipe.hiddenProperties.length > 0) all.MsiHiddenProperties = recipe.hiddenProperties.join(';');
  return Object.entries(all)
    .map(([name, value]) => `<Property Id="${xml(name)}" Value="${xml(texts.for(value))}"/>`)
    .join('\n    ');
}

/** The WiX source of `recipe`, with `texts` standing in; its files are expected beside it under their `sourceName`. */
export function wixSource(recipe: DecidedRecipe, texts: StandInTexts): string {
  const programFiles = recipe.architecture === 'x86' ? 'ProgramFilesFolder' : 'ProgramFiles64Folder';
  return `<?xml version="1.0" encoding="utf-8"?>
<Wix xmlns="http://schemas.microsoft.com/wix/2006/wi">
  <Product Name="${xml(texts.for(recipe.productName))}" Manufacturer="${xml(texts.for(recipe.manufacturer))}"
           Id="${recipe.productCode}" UpgradeCode="${recipe.upgradeCode}"
           Language="${recipe.language}" Version="${xml(recipe.version)}">
    <Package InstallerVersion="500" Compressed="yes" InstallScope="perMachine"/>
    <Media Id="1" Cabinet="product.cab" EmbedCab="yes"/>
    ${upgrades(recipe)}
    ${properties(recipe, texts)}
    <Directory Id="TARGETDIR" Name="SourceDir">
      <Directory Id="${programFiles}">
        <Directory Id="INSTALLFOLDER" Name="${xml(texts.for(recipe.installFolder))}">
          ${recipe.files.map((file, index) => component(recipe, texts, file, index)).join('\n          ')}
        </Directory>
      </Directory>
    </Directory>
    <Feature Id="Complete" Level="1">
      ${recipe.files.map((_file, index) => `<ComponentRef Id="c${index}"/>`).join('\n      ')}
    </Feature>
  </Product>
</Wix>
`;
}
