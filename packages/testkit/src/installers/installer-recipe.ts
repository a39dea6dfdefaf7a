// What a test installer is made of: the recipe as tests write it, and with everything decided.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { guidFrom } from './guid.ts';

/** The processors that an installer can be made for; `arm64` packages install on no emulated machine of ours. */
export type InstallerArchitecture = 'x64' | 'x86' | 'arm64';

/**
 * What becomes of other versions of the product (same UpgradeCode) that are installed:
 * - `upgrade`: older ones are removed; a newer one makes the installation fail (1603), as most products do
 * - `any-version`: whatever is there is removed, newer ones too
 * - `side-by-side`: nothing is looked for, nothing is removed
 */
export type UpgradeBehaviour = 'upgrade' | 'any-version' | 'side-by-side';

/** A file that the product installs into its folder. */
export interface InstalledFile {
  readonly name: string;
  readonly content: string | Uint8Array;
}

/** How a test describes an installer. Everything but the version has a default. */
export interface InstallerRecipe {
  /** ProductVersion, three fields that count and perhaps a fourth. */
  readonly version: string;
  /** Default `Contoso Agent`. */
  readonly productName?: string;
  /** Default `Contoso Ltd.` */
  readonly manufacturer?: string;
  /** In braces and capitals. Default: follows from the product name. */
  readonly upgradeCode?: string;
  /** In braces and capitals. Default: follows from the upgrade code, version, architecture and language. */
  readonly productCode?: string;
  /** Default `x64`. */
  readonly architecture?: InstallerArchitecture;
  /** ProductLanguage, a decimal LCID. Default 1033. */
  readonly language?: number;
  /**
   * Code page of the database's strings: 0 (neutral, ASCII only), 932, 1250, 1251, 1252 or 65001 (UTF-8). Texts
   * beyond ASCII must be at least 6 bytes long in it. Default: 0 where all is ASCII, else 65001.
   */
  readonly codepage?: number;
  /** Folder under Program Files. Default: the product name where that is ASCII, else `Product`. */
  readonly installFolder?: string;
  /** Default: `app.exe` (see testdata/programs/app.c) and `version.txt` with the version. */
  readonly files?: readonly InstalledFile[];
  /** Default `upgrade`. */
  readonly upgrades?: UpgradeBehaviour;
  /** When the removal of another version runs: before the new files come (`early`, the default), or after. */
  readonly removal?: 'early' | 'late';
  /** Further properties and their values. */
  readonly properties?: Readonly<Record<string, string>>;
  /** Names for SecureCustomProperties: those that a caller may set for the elevated half. */
  readonly secureProperties?: readonly string[];
  /** Names for MsiHiddenProperties: those whose values stay out of logs. */
  readonly hiddenProperties?: readonly string[];
  /** An MSI condition: where it holds, a custom action fails and msiexec ends with 1603. `'NOT REMOVE'`: at each installation. */
  readonly failsWhen?: string;
  /** The installation asks for a restart of the machine at its end: msiexec ends with 3010. */
  readonly needsRestart?: boolean;
  /** That many more strings, in a table of their own; more than 65,535 make string references three bytes long. */
  readonly fillerStrings?: number;
  /** Tells apart two packages that are the same otherwise (a rebuild). */
  readonly build?: string;
}

/** A recipe with every default filled in. */
export type DecidedRecipe = Required<InstallerRecipe>;

const programs = new URL('../../testdata/programs/', import.meta.url);
const isAscii = (text: string) => /^[\x20-\x7e]*$/.test(text);

/** The application that test installers install; what it does stands in its source, testdata/programs/app.c. */
export const testApplication: string = fileURLToPath(new URL('app.exe', programs));

/** The program that stands for `msiexec.exe` while another installation is running; its source lies beside it. */
export const busyInstaller: string = fileURLToPath(new URL('busy-installer.exe', programs));

/** Fills in what the recipe leaves open. */
export function decideRecipe(recipe: InstallerRecipe): DecidedRecipe {
  const productName = recipe.productName ?? 'Contoso Agent';
  const manufacturer = recipe.manufacturer ?? 'Contoso Ltd.';
  const architecture = recipe.architecture ?? 'x64';
  const language = recipe.language ?? 1033;
  const upgradeCode = recipe.upgradeCode ?? guidFrom('upgrade', productName);
  const texts = [
    productName,
    manufacturer,
    recipe.installFolder ?? '',
    ...(recipe.files ?? []).map((file) => file.name),
    ...Object.values(recipe.properties ?? {}),
  ];
  return {
    version: recipe.version,
    productName,
    manufacturer,
    upgradeCode,
    productCode: recipe.productCode ?? guidFrom('product', upgradeCode, recipe.version, architecture, String(language)),
    architecture,
    language,
    codepage: recipe.codepage ?? (texts.every(isAscii) ? 0 : 65001),
    installFolder: recipe.installFolder ?? (isAscii(productName) ? productName : 'Product'),
    files: recipe.files ?? [
      { name: 'app.exe', content: readFileSync(testApplication) },
      { name: 'version.txt', content: `${recipe.version}\r\n` },
    ],
    upgrades: recipe.upgrades ?? 'upgrade',
    removal: recipe.removal ?? 'early',
    properties: recipe.properties ?? {},
    secureProperties: recipe.secureProperties ?? [],
    hiddenProperties: recipe.hiddenProperties ?? [],
    failsWhen: recipe.failsWhen ?? '',
    needsRestart: recipe.needsRestart ?? false,
    fillerStrings: recipe.fillerStrings ?? 0,
    build: recipe.build ?? '',
  };
}
