// Makes a real MSI file from a recipe, with `wixl` and `msibuild` (Debian: wixl, msitools).
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runTool } from '../run-tool.ts';
import { guidFrom } from './guid.ts';
import {
  decideRecipe,
  type DecidedRecipe,
  type InstallerArchitecture,
  type InstallerRecipe,
} from './installer-recipe.ts';
import { StandInTexts } from './stand-in-texts.ts';
import { sourceName, wixSource } from './wix-source.ts';

/** An MSI file and what was put into it, for tests to compare with what is read from it. */
export interface MadeInstaller {
  readonly path: string;
  readonly productName: string;
  readonly version: string;
  readonly manufacturer: string;
  readonly productCode: string;
  readonly upgradeCode: string;
  readonly packageCode: string;
  readonly architecture: InstallerArchitecture;
  readonly language: number;
}

const platforms: Readonly<Record<InstallerArchitecture, string>> = { x64: 'x64', x86: 'Intel', arm64: 'Arm64' };

/** Custom action type 19: ends the installation with a message (Windows Installer, "Custom Action Type 19"). */
const failWithMessage = 19;
/** A place in the sequence when the files are there already (InstallFiles is 4000), so that there is something to roll back. */
const afterInstallFiles = 4100;
/** Where the suggested sequence has ScheduleReboot's neighbour, InstallFinalize (6600). */
const beforeTheEnd = 6500;

/** Bytes: a longer file stands for itself by its hash, since a recipe is fingerprinted as one text. */
const bulk = 16 * 1024 * 1024;

function withoutBulk(recipe: DecidedRecipe): DecidedRecipe {
  const brief = (content: string | Uint8Array) =>
    content.length > bulk ? createHash('sha256').update(content).digest('hex') : content;
  return { ...recipe, files: recipe.files.map((file) => ({ ...file, content: brief(file.content) })) };
}

function queries(recipe: DecidedRecipe): string[] {
  const all: string[] = [];
  if (recipe.failsWhen !== '') {
    if (recipe.failsWhen.includes("'")) throw new Error('a condition with an apostrophe cannot be put into the query');
    all.push(
      `INSERT INTO \`CustomAction\` (\`Action\`, \`Type\`, \`Target\`) VALUES ('FailOnPurpose', ${failWithMessage}, 'This installer fails on purpose.')`,
      `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Condition\`, \`Sequence\`) VALUES ('FailOnPurpose', '${recipe.failsWhen}', ${afterInstallFiles})`,
    );
  }
  if (recipe.needsRestart) {
    all.push(
      `INSERT INTO \`InstallExecuteSequence\` (\`Action\`, \`Condition\`, \`Sequence\`) VALUES ('ScheduleReboot', 'NOT REMOVE', ${beforeTheEnd})`,
    );
  }
  if (recipe.secureProperties.length > 0) {
    const names = [
      ...(recipe.upgrades === 'upgrade' ? ['OLDERVERSION', 'NEWERVERSION'] : []),
      ...(recipe.upgrades === 'any-version' ? ['OTHERVERSION'] : []),
      ...recipe.secureProperties,
    ].join(';');
    all.push(
      recipe.upgrades === 'side-by-side'
        ? `INSERT INTO \`Property\` (\`Property\`, \`Value\`) VALUES ('SecureCustomProperties', '${names}')`
        : `UPDATE \`Property\` SET \`Value\` = '${names}' WHERE \`Property\` = 'SecureCustomProperties'`,
    );
  }
  return all;
}

/** A table in the text form that `msibuild -i` reads: names, types, table and key, rows; tabs between, CRLF after. */
function fillerTable(count: number): string {
  const rows = Array.from({ length: count }, (_, index) => `filler ${String(index).padStart(6, '0')}\t1`);
  return [`Text\tValue`, `s72\ti2`, `Filler\tText`, ...rows, ''].join('\r\n');
}

async function complete(msi: string, recipe: DecidedRecipe, packageCode: string, folder: string): Promise<void> {
  const template = `${platforms[recipe.architecture]};${recipe.language}`;
  const changes = queries(recipe).flatMap((query) => ['-q', query]);
  if (changes.length > 0) await runTool('msibuild', [msi, ...changes]);
  if (recipe.codepage !== 0) {
    const table = join(folder, '_ForceCodepage.idt');
    await writeFile(table, `\r\n\r\n${recipe.codepage}\t_ForceCodepage\r\n`);
    await runTool('msibuild', [msi, '-i', table]);
  }
  if (recipe.fillerStrings > 0) {
    const table = join(folder, 'Filler.idt');
    await writeFile(table, fillerTable(recipe.fillerStrings));
    await runTool('msibuild', [msi, '-i', table]);
  }
  await runTool('msibuild', [msi, '-s', recipe.productName, recipe.manufacturer, template, packageCode]);
}

/**
 * Makes the MSI of `recipe` at `path` (overwritten where it exists); not signed.
 * @throws {ToolError} where `wixl` or `msibuild` fails
 * @throws {Error} where `wixl` passes over something of the source, which it only warns about
 */
export async function makeInstaller(path: string, recipe: InstallerRecipe): Promise<MadeInstaller> {
  const decided = decideRecipe(recipe);
  const folder = await mkdtemp(join(tmpdir(), 'usher-installer-'));
  try {
    for (const [index, file] of decided.files.entries()) {
      await writeFile(join(folder, sourceName(index)), file.content);
    }
    const texts = new StandInTexts(decided.codepage);
    await writeFile(join(folder, 'product.wxs'), wixSource(decided, texts));
    // `wixl` knows no ARM64; the template, set below, is what says it.
    const target = decided.architecture === 'x86' ? 'x86' : 'x64';
    const { stderr } = await runTool('wixl', ['-a', target, '-o', 'product.msi', 'product.wxs'], { cwd: folder });
    if (stderr.includes('WARNING')) throw new Error(`wixl passed over a part of the recipe: ${stderr.trim()}`);
    const msi = join(folder, 'product.msi');
    const fingerprint = createHash('sha256')
      .update(JSON.stringify(withoutBulk(decided)))
      .digest('hex');
    const packageCode = guidFrom('package', fingerprint);
    await complete(msi, decided, packageCode, folder);
    const bytes = await readFile(msi);
    texts.replaceIn(bytes);
    await writeFile(path, bytes);
    const { productName, version, manufacturer, productCode, upgradeCode, architecture, language } = decided;
    return { path, productName, version, manufacturer, productCode, upgradeCode, packageCode, architecture, language };
  } finally {
    await rm(folder, { recursive: true });
  }
}
