// The facts of installer files: what a Windows Installer package says about itself, and who signed it.
export { InstallerError, INSTALLER_ERROR_CODES, type InstallerErrorCode } from './installer-error.ts';
export type {
  Architecture,
  InstallerFacts,
  InstallerWarning,
  LaunchCondition,
  UpgradeRule,
} from './installer-facts.ts';
export { readInstaller } from './read-installer.ts';
export type { CertificateFacts, Publisher, SignatureFacts } from './signature-facts.ts';
export { verifySignature, type VerifyOptions } from './verify-signature.ts';
export { inspectInstaller, type InspectOptions } from './inspect-installer.ts';
export type { Inspection } from './inspection.ts';
