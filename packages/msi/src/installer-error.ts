// What can be wrong with an installer file, as an error with a code from a closed union.

/** Every reason for which an installer file is refused. */
export const INSTALLER_ERROR_CODES = [
  'installer.not-msi',
  'installer.malformed',
  'installer.unsupported-architecture',
  'installer.external-cabinet',
  'installer.tampered',
  'installer.weak-signature',
] as const;

/** A reason for which an installer file is refused. */
export type InstallerErrorCode = (typeof INSTALLER_ERROR_CODES)[number];

/**
 * An installer file that is refused. `code` is for programs; `message` is one plain sentence for people, which says
 * where in the file the defect is. Neither holds bytes of the file beyond names and numbers.
 */
export class InstallerError extends Error {
  readonly code: InstallerErrorCode;

  constructor(code: InstallerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'InstallerError';
    this.code = code;
  }
}

/** A file whose structure contradicts itself or its format. `where` names the part, `what` says what is wrong there. */
export const malformed = (where: string, what: string): InstallerError =>
  new InstallerError('installer.malformed', `${where}: ${what}.`);

/** A signature that does not hold for this file; `what` is a sentence without its stop, but for that of a name at its end. */
export const tampered = (what: string): InstallerError =>
  new InstallerError('installer.tampered', what.endsWith('.') ? what : `${what}.`);
