// Which installer of a version a workstation gets: by processor architecture first, then by language.
import { parseLanguage, type Language } from './language.ts';
import { sameVersion } from './versions.ts';

/** Processor architecture that an installer is for, or a workstation has. */
export type Architecture = 'x86' | 'x64' | 'arm64';

/** What an administrator has decided on an installer. */
export type Decision = 'pending' | 'approved' | 'disapproved';

/** The facts of an installer that the choice depends on. */
export interface InstallerOption {
  readonly installerId: string;
  readonly version: string;
  readonly architecture: Architecture;
  /** ProductLanguage: a decimal LCID, "0" for neutral. */
  readonly language: string;
  readonly decision: Decision;
}

/** What a workstation reports of itself. */
export interface Platform {
  /** As the operating system or Node names it; see `parseArchitecture`. */
  readonly architecture: string;
  /** Decimal LCID or BCP 47 tag; null where it is unknown. */
  readonly language: string | null;
}

/** Why there is no installer for a workstation. */
export type NoInstallerReason = 'none-approved' | 'architecture-unknown' | 'architecture-not-supported';

/** The chosen installer, or why there is none. */
export type InstallerChoice<T> =
  { readonly installer: T; readonly reason: null } | { readonly installer: null; readonly reason: NoInstallerReason };

const architectureNames: Readonly<Record<string, Architecture>> = {
  x86: 'x86',
  ia32: 'x86',
  i386: 'x86',
  i686: 'x86',
  x64: 'x64',
  amd64: 'x64',
  x86_64: 'x64',
  arm64: 'arm64',
  aarch64: 'arm64',
};

/** Reads an architecture by any of its usual names; null for another one. */
export function parseArchitecture(text: string): Architecture | null {
  const name = text.toLowerCase();
  return Object.hasOwn(architectureNames, name) ? (architectureNames[name] ?? null) : null;
}

/** What a machine can run, its own first. */
const runnable: Readonly<Record<Architecture, readonly Architecture[]>> = {
  x86: ['x86'],
  x64: ['x64', 'x86'],
  arm64: ['arm64', 'x64', 'x86'],
};

/**
 * The approved installer of `version` for a workstation: of its own architecture, else of one that it can run (x86 on
 * x64; x64, then x86, on arm64); within that, in its language, else neutral, else any. "In its language" is the same
 * LCID, then the same language where one of the two names no region. Of any others, its language of another region
 * comes first, then the lowest LCID, so that the choice does not depend on the order of `installers`.
 */
export function chooseInstaller<T extends InstallerOption>(
  installers: readonly T[],
  version: string,
  platform: Platform,
): InstallerChoice<T> {
  const approved = installers.filter(
    (installer) => installer.decision === 'approved' && sameVersion(installer.version, version),
  );
  if (approved.length === 0) return { installer: null, reason: 'none-approved' };
  if (parseArchitecture(platform.architecture) === null) return { installer: null, reason: 'architecture-unknown' };
  const installer = bestFit(approved, platform);
  return installer === null ? { installer: null, reason: 'architecture-not-supported' } : { installer, reason: null };
}

/** The one of `options` that fits best, whatever was decided on them; null where the machine can run none. */
export function bestFit<T extends InstallerOption>(options: readonly T[], platform: Platform): T | null {
  const own = parseArchitecture(platform.architecture);
  if (own === null) return null;
  const architecture = runnable[own].find((each) => options.some((option) => option.architecture === each));
  const language = parseLanguage(platform.language);
  const ranked = options
    .filter((option) => option.architecture === architecture)
    .map((option) => ({ option, rank: languageRank(option.language, language), lcid: Number(option.language) }))
    .sort((a, b) => a.rank - b.rank || a.lcid - b.lcid || (a.option.installerId < b.option.installerId ? -1 : 1));
  return ranked[0]?.option ?? null;
}

function languageRank(offered: string, wanted: Language | null): number {
  const language = parseLanguage(offered);
  if (language === null) return 2;
  if (wanted === null) return 4;
  if (language.lcid === wanted.lcid && language.lcid !== null) return 0;
  if (language.name === null || language.name !== wanted.name) return 4;
  return language.hasRegion && wanted.hasRegion ? 3 : 1;
}
