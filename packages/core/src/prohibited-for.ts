// Which versions one workstation may not run: those prohibited by number, and those whose installer is disapproved.
import {
  bestFit,
  chooseInstaller,
  parseArchitecture,
  type InstallerOption,
  type Platform,
} from './choose-installer.ts';
import type { Prohibition } from './policy.ts';
import { isVersion, normalizeVersion, sameVersion } from './versions.ts';

/** An installer with what was decided on it. Deleted ones belong here too: deleting lifts no prohibition. */
export interface DecidedInstaller extends InstallerOption {
  readonly productCode: string;
  /** Of the decision that holds; null where none was given. */
  readonly reason: string | null;
}

/** The workstation, as its check describes it. */
export interface InstalledState {
  readonly platform: Platform;
  readonly installedVersion: string | null;
  /** Of the product that is installed; null where the workstation does not say. */
  readonly productCode: string | null;
}

/**
 * The prohibitions that a workstation's policy carries: all of those by number, and one for each version by its
 * installer, as a decision is made on an installer and the policy names versions.
 *
 * For the installed version that is the installer with the reported ProductCode (and that version, as a minor update
 * keeps the code); where the code is missing or belongs to none, the decided one that would fit the workstation best.
 * Any other version is prohibited where no approved installer could be chosen for it and the one that fits best is
 * disapproved. Where the architecture is unknown, one disapproved installer is enough: doubt lifts no prohibition.
 */
export function prohibitedFor(
  numbers: readonly Prohibition[],
  installers: readonly DecidedInstaller[],
  workstation: InstalledState,
): readonly Prohibition[] {
  const byInstaller = groupsByVersion(installers).flatMap((group): Prohibition[] => {
    const held = heldInstaller(group, workstation);
    return held?.decision === 'disapproved' ? [asProhibition(held)] : [];
  });
  return [...numbers, ...byInstaller];
}

/**
 * The prohibitions that hold for every workstation alike, for the signed catalogue: those by number, and the versions
 * of which every decided installer is disapproved.
 */
export function prohibitedForAll(
  numbers: readonly Prohibition[],
  installers: readonly DecidedInstaller[],
): readonly Prohibition[] {
  const byInstaller = groupsByVersion(installers).flatMap((group): Prohibition[] => {
    const decided = group.filter(isDecided);
    const [first] = decided;
    const isEverywhere = decided.every(({ decision }) => decision === 'disapproved');
    return isEverywhere && first !== undefined ? [asProhibition(first)] : [];
  });
  return [...numbers, ...byInstaller];
}

function groupsByVersion(installers: readonly DecidedInstaller[]): DecidedInstaller[][] {
  const readable = installers.filter(({ version }) => isVersion(version));
  return [...Map.groupBy(readable, ({ version }) => normalizeVersion(version)).values()];
}

/** The installer by which the workstation has this version, or would get it. */
function heldInstaller(group: readonly DecidedInstaller[], workstation: InstalledState): DecidedInstaller | null {
  const { platform, installedVersion, productCode } = workstation;
  const version = group[0]?.version ?? '';
  const decided = group.filter(isDecided);
  if (installedVersion !== null && sameVersion(version, installedVersion)) {
    const named = group.filter((installer) => installer.productCode.toUpperCase() === productCode?.toUpperCase());
    // What it has it can run, whatever it says of its architecture.
    if (named.length > 0) return bestFit(named, platform) ?? disapprovedOf(named);
    return strictFit(decided, platform);
  }
  return chooseInstaller(group, version, platform).installer ?? strictFit(decided, platform);
}

/** The best fit; on an unknown architecture a disapproved one, if there is any. */
function strictFit(group: readonly DecidedInstaller[], platform: Platform): DecidedInstaller | null {
  const isUnknown = parseArchitecture(platform.architecture) === null;
  return isUnknown ? disapprovedOf(group) : bestFit(group, platform);
}

function disapprovedOf(group: readonly DecidedInstaller[]): DecidedInstaller | null {
  return group.find(({ decision }) => decision === 'disapproved') ?? null;
}

/** A pending installer is none that anybody was given. */
function isDecided({ decision }: DecidedInstaller): boolean {
  return decision !== 'pending';
}

function asProhibition({ version, reason }: DecidedInstaller): Prohibition {
  return { version, reason: reason ?? '' };
}
