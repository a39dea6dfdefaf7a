// What the client asks of a machine's installer, whichever it is: what is installed, install this, remove that.

/** A product as the machine's installer knows it. */
export interface InstalledProduct {
  /** Upper case, with braces. */
  readonly productCode: string;
  /** As the installer reports it: perhaps no readable version. */
  readonly version: string;
}

/** An installation to be made. */
export interface InstallRequest {
  readonly file: string;
  /** Public properties: those of the signed target, and what the way of installing needs; nothing else. */
  readonly properties: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** A product to be removed. */
export interface RemoveRequest {
  readonly productCode: string;
  readonly logFile: string;
}

/** How the installer ended: a code of Windows Installer; null where it was ended at the time limit. */
export interface InstallerResult {
  readonly exitCode: number | null;
}

/** A machine's installer. */
export interface InstallerDriver {
  /**
   * Everything installed that is related to one of the UpgradeCodes, highest version first.
   * @param expected product codes that were there before: only saves time, where they still are
   */
  installed(upgradeCodes: readonly string[], expected?: readonly string[]): Promise<readonly InstalledProduct[]>;
  install(request: InstallRequest): Promise<InstallerResult>;
  remove(request: RemoveRequest): Promise<InstallerResult>;
  /** For `doctor`: null where the installer can be used, else what is wrong and what to do. */
  trouble(): Promise<string | null>;
}
