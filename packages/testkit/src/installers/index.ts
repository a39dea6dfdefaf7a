// Test installers: ready-made ones, and makers for every kind of MSI, signature and certificate.
export {
  CodeSigningAuthority,
  type CertificateOptions,
  type CodeSigner,
  type SignerOptions,
  type SigningKeyType,
} from './code-signing-authority.ts';
export { contosoInstallers, contosoRootCertificate, type InstallerFixture } from './contoso-agent.ts';
export {
  busyInstaller,
  testApplication,
  type InstalledFile,
  type InstallerArchitecture,
  type InstallerRecipe,
  type UpgradeBehaviour,
} from './installer-recipe.ts';
export { makeInstaller, type MadeInstaller } from './make-installer.ts';
export { signInstaller, type SignatureOptions } from './sign-installer.ts';
export { tamperInstaller, type TamperedPart } from './tamper-installer.ts';
