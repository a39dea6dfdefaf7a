// The rules of Usher: pure functions without a dependency, an I/O call, a clock, randomness or the environment.
export { decide, isProhibited } from './decide.ts';
export { effectiveEnforcement } from './effective-enforcement.ts';
export { formatInstant, parseInstant } from './instant.ts';
export type { PolicyAdditions } from './merge-policy.ts';
export { mergePolicy } from './merge-policy.ts';
export type {
  Action,
  Background,
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
export type {
  AssignmentCounts,
  AssignmentEvent,
  AssignmentState,
  ReportOrder,
  ReportState,
} from './assignment-state.ts';
export {
  assignmentStates,
  countAssignments,
  isComplete,
  isNewerReport,
  isOpenAssignment,
  nextAssignmentState,
  reportStates,
} from './assignment-state.ts';
export type { AssignedUpdate, AssignmentMove, CheckFacts, Selection } from './select-assignment.ts';
export { selectAssignment } from './select-assignment.ts';
export type { UpdateEvent, UpdateState } from './update-state.ts';
export { nextUpdateState, updateStates } from './update-state.ts';
export type { ResolvedCutoff } from './cutoff.ts';
export { isCutoffLocal, isPastEverywhere, resolveCutoff } from './cutoff.ts';
export type { InstalledProduct, InstallPlan, PlanStep, PlanTarget } from './install-plan.ts';
export { planInstall } from './install-plan.ts';
export type { OnFailure } from './relax.ts';
export { relaxedUntil } from './relax.ts';
export type { TimeSources } from './trusted-now.ts';
export { trustedNow } from './trusted-now.ts';
export type {
  Architecture,
  Decision,
  InstallerChoice,
  InstallerOption,
  NoInstallerReason,
  Platform,
} from './choose-installer.ts';
export { chooseInstaller, parseArchitecture } from './choose-installer.ts';
export type { DecidedInstaller, InstalledState } from './prohibited-for.ts';
export { prohibitedFor, prohibitedForAll } from './prohibited-for.ts';
