// Reads the facts of an installer file: a path in, facts out.
import { CompoundFile } from './compound-file.ts';
import { Database } from './database.ts';
import { readFileTotals } from './files.ts';
import { InstallerError, malformed } from './installer-error.ts';
import type { Architecture, InstallerFacts, InstallerWarning } from './installer-facts.ts';
import { parseGuid, Properties, versionWarnings } from './properties.ts';
import { SIGNATURE_EX_STREAM, SIGNATURE_STREAM } from './signature-streams.ts';
import { readSummaryInformation } from './summary-information.ts';
import { blocksDowngrade, readLaunchConditions, readUpgrades, removesOtherVersions } from './upgrades.ts';

/** The class of a Windows Installer package: {000C1084-0000-0000-C000-000000000046}, as stored. */
const PACKAGE_CLASS = Buffer.from('84100c0000000000c000000000000046', 'hex');

const ARCHITECTURES = new Map<string, Architecture>([
  ['', 'x86'],
  ['intel', 'x86'],
  ['x64', 'x64'],
  ['amd64', 'x64'],
  ['arm64', 'arm64'],
]);

/**
 * Reads the installer file at `path` with bounded memory, whatever its size.
 * Rejects with an `InstallerError`: `installer.not-msi`, `installer.malformed`, `installer.unsupported-architecture` or
 * `installer.external-cabinet`; and with the file system's own error when the file can't be read.
 */
export function readInstaller(path: string): Promise<InstallerFacts> {
  return CompoundFile.with(path, readFacts);
}

/** The same for a compound file that is open. */
export function readFacts(file: CompoundFile): InstallerFacts {
  if (!file.root.clsid.equals(PACKAGE_CLASS)) {
    throw new InstallerError('installer.not-msi', 'The file is a compound file, but not a Windows Installer package.');
  }
  const database = new Database(file);
  const properties = new Properties(database);
  const summary = readSummaryInformation(file, database.stream('\u0005SummaryInformation'));
  const { architecture, packageLanguages } = readTemplate(summary.template ?? '');

  const productVersion = properties.version('ProductVersion');
  const upgradeCode = properties.guid('UpgradeCode');
  const upgrades = readUpgrades(database);
  const launchConditions = readLaunchConditions(database);
  const isBlocking = blocksDowngrade(database, upgrades, launchConditions, upgradeCode);
  const allUsers = properties.optional('ALLUSERS');
  const hasSignature = database.stream(SIGNATURE_STREAM) !== undefined;

  const warnings: InstallerWarning[] = [...versionWarnings(productVersion)];
  if (!removesOtherVersions(database, upgrades, upgradeCode)) warnings.push('no-major-upgrade');
  if (isBlocking) warnings.push('blocks-downgrade');
  if (isPerUser(allUsers, properties.optional('MSIINSTALLPERUSER'))) warnings.push('per-user');
  if (!hasSignature) warnings.push('unsigned');
  else if (database.stream(SIGNATURE_EX_STREAM) === undefined) warnings.push('plain-signature');

  return {
    productName: properties.required('ProductName'),
    productVersion,
    productCode: properties.guid('ProductCode'),
    upgradeCode,
    manufacturer: properties.required('Manufacturer'),
    language: properties.language('ProductLanguage'),
    packageLanguages,
    architecture,
    packageCode: parseGuid(summary.revision ?? '', 'Package code'),
    subject: summary.subject,
    comments: summary.comments,
    allUsers,
    hiddenProperties: list(properties.optional('MsiHiddenProperties'), ';'),
    upgrades,
    blocksDowngrade: isBlocking,
    launchConditions,
    ...readFileTotals(database, summary),
    componentCount: database.table('Component').rowCount,
    customActionCount: database.table('CustomAction').rowCount,
    hasSignature,
    size: file.size,
    warnings,
  };
}

/** The template is "platform;language,language"; without a platform it is Intel ("Template Summary property"). */
function readTemplate(template: string): { architecture: Architecture; packageLanguages: string[] } {
  const [platform = '', languages = '', ...rest] = template.split(';');
  if (rest.length > 0) throw malformed('Summary information', 'its template has more than two parts');
  const architecture = ARCHITECTURES.get(platform.trim().toLowerCase());
  if (architecture === undefined) {
    throw new InstallerError(
      'installer.unsupported-architecture',
      `The package is for ${JSON.stringify(platform.slice(0, 64))}, not for x86, x64 or arm64.`,
    );
  }
  return { architecture, packageLanguages: list(languages, ',') };
}

/** "ALLUSERS property": 1 is the machine; 2 too, unless MSIINSTALLPERUSER is 1; nothing is the person alone. */
const isPerUser = (allUsers: string | null, perUser: string | null): boolean =>
  allUsers !== '1' && !(allUsers === '2' && perUser !== '1');

const list = (value: string | null, separator: string): string[] =>
  (value ?? '').split(separator).flatMap((part) => (part.trim() === '' ? [] : [part.trim()]));
