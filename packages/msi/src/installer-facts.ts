// What an installer file says about itself.

/** The processor for which a package is made. */
export type Architecture = 'x86' | 'x64' | 'arm64';

/**
 * What an administrator should know before approving:
 * - `fourth-field-version`: the version has a fourth field, which Windows Installer does not compare;
 * - `version-out-of-range`: a field is larger than Windows Installer compares (255.255.65535);
 * - `no-major-upgrade`: the package does not remove other versions of its product;
 * - `blocks-downgrade`: it refuses to install over a newer version;
 * - `per-user`: it does not install for all users of the machine;
 * - `unsigned`: it carries no signature;
 * - `plain-signature`: its signature covers what the file's streams contain, but not their names, sizes and times.
 */
export type InstallerWarning =
  | 'fourth-field-version'
  | 'version-out-of-range'
  | 'no-major-upgrade'
  | 'blocks-downgrade'
  | 'per-user'
  | 'unsigned'
  | 'plain-signature';

/** A row of the Upgrade table: which installed products the package finds, and whether it removes them. */
export interface UpgradeRule {
  /** Upper case, with braces. */
  readonly upgradeCode: string;
  /** Null: no lower bound. */
  readonly minVersion: string | null;
  readonly minInclusive: boolean;
  /** Null: no upper bound. */
  readonly maxVersion: string | null;
  readonly maxInclusive: boolean;
  /** Languages as decimal LCIDs; empty for all. */
  readonly languages: readonly string[];
  /** Whether `languages` are those that are left alone. */
  readonly languagesExcluded: boolean;
  /** Found, but not removed. */
  readonly onlyDetect: boolean;
  /** The property that then holds the product codes found. */
  readonly actionProperty: string;
}

/** A condition on the machine without which the package does not install, and what it says then. */
export interface LaunchCondition {
  readonly condition: string;
  readonly description: string;
}

/** What an installer file says about itself. All GUIDs are upper case, with braces. */
export interface InstallerFacts {
  readonly productName: string;
  /** As in the file: one to four decimal fields. */
  readonly productVersion: string;
  readonly productCode: string;
  readonly upgradeCode: string;
  readonly manufacturer: string;
  /** The product's language as a decimal LCID: `1033`. `0` is neutral. */
  readonly language: string;
  /** Languages of the package, as its template names them. */
  readonly packageLanguages: readonly string[];
  readonly architecture: Architecture;
  readonly packageCode: string;
  readonly subject: string | null;
  readonly comments: string | null;
  /** The property ALLUSERS: `1` for all users, `2` as the person may, null for the person who installs. */
  readonly allUsers: string | null;
  /** Names of properties whose values Windows Installer keeps out of its log. */
  readonly hiddenProperties: readonly string[];
  readonly upgrades: readonly UpgradeRule[];
  /** Whether it refuses to install where a newer version is. */
  readonly blocksDowngrade: boolean;
  readonly launchConditions: readonly LaunchCondition[];
  readonly fileCount: number;
  readonly componentCount: number;
  /** Sum of all files' sizes, in bytes, without rounding to clusters. */
  readonly installedSize: number;
  readonly customActionCount: number;
  /** Whether the file carries a signature; whether it holds is `verifySignature`'s to say. */
  readonly hasSignature: boolean;
  /** Length of the installer file in bytes. */
  readonly size: number;
  readonly warnings: readonly InstallerWarning[];
}
