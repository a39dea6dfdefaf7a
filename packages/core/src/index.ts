// The rules of Usher: pure functions without a dependency, an I/O call, a clock, randomness or the environment.
export { decide, isProhibited } from './decide.ts';
export { effectiveEnforcement } from './effective-enforcement.ts';
export { formatInstant, parseInstant } from './instant.ts';
export type { PolicyAdditions } from './merge-policy.ts';
export { mergePolicy } from './merge-policy.ts';
export type {
  Action,
  Enforcement,
  Facts,
  Observed,
  Pass,
  Policy,
  PolicyAssignment,
  PolicyTarget,
  Prohibition,
  Reason,
  Requirement,
  Verdict,
  VerdictCode,
  WorkstationStatus,
} from './policy.ts';
export type { Version, VersionFields, WindowsInstallerVersionLimit } from './versions.ts';
export {
  compareThreeFields,
  compareVersions,
  differsOnlyInFourthField,
  isBelow,
  isVersion,
  normalizeVersion,
  parseVersion,
  sameVersion,
  tryVersionFields,
  versionFields,
  versionSortKey,
  windowsInstallerVersionLimits,
} from './versions.ts';
