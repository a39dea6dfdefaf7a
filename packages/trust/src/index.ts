// Trust: keys, the signed policy, passes, proofs, installation keys, and the catalogue (TUF), made and verified.
export { canonicalJson } from './canonical-json.ts';
export { formatInstallationKey, parseInstallationKey, type InstallationKey } from './installation-key.ts';
export {
  generateSigningKey,
  importSigningKey,
  isPublicKey,
  keyIdOf,
  verifySignature,
  type RandomBytes,
  type SigningKey,
} from './keys.ts';
export { signLogHead, verifyLogHead } from './log-proof.ts';
export { signPass, verifyPass, type PassScope } from './pass.ts';
export { claimedIssue, signPolicy, verifyPolicy, type PolicyExpectation } from './policy-token.ts';
export { readProofWorkstation, signProof, verifyProof, type Proof } from './proof.ts';
export { describeSealedKey, openKey, sealKey, type KeyCost } from './sealed-key.ts';
export { TrustError, trustErrorCodes, type TrustErrorCode } from './trust-error.ts';
export {
  consistentTargetName,
  installerPath,
  installerFactsSchema,
  type CatalogueProhibition,
  type InstallerFacts,
  type LogHead,
} from './tuf/catalogue-documents.ts';
export {
  describeDraft,
  readDraftFile,
  signDraft,
  writeDraftFile,
  type DraftDescription,
  type DraftFile,
} from './tuf/draft-file.ts';
export type {
  CatalogueContents,
  CatalogueInstaller,
  Draft,
  Making,
  Publication,
  Repository,
  RoleKeys,
} from './tuf/publication.ts';
export {
  addRootVersion,
  createRepository,
  describeRepository,
  draftRoot,
  draftTargets,
  publishDraft,
  publishRoot,
  publishTargets,
  renewTimestamp,
  rotateKey,
} from './tuf/repository.ts';
export { tufLifetimes, tufRoles, type TufRole } from './tuf/roles.ts';
export { signMetadata } from './tuf/signing.ts';
export type { CatalogueStorage } from './tuf/catalogue-store.ts';
export type { CatalogueView } from './tuf/catalogue-view.ts';
export {
  MetadataWorkflow,
  type FetchAnswer,
  type MetadataFetcher,
  type MetadataState,
} from './tuf/metadata-workflow.ts';
export { TrustedCatalogue, type CatalogueOptions } from './tuf/trusted-catalogue.ts';
