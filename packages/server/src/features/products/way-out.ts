// Whether a workstation whose version is refused would be led to another one, by the rules that its next check goes by.
import {
  isProhibited,
  parseInstant,
  sameVersion,
  selectAssignment,
  type AssignedUpdate,
  type AssignmentState,
  type Prohibition,
  type Requirement,
  type UpdateState,
} from '@usher/core';
import type { Reader } from '../../database/database.ts';
import type { ProductInstaller } from '../installers/read-model.ts';
import { targetThere, type TargetThere } from '../updates/service.ts';

/** An update that may lead somewhere. */
export type ConcerningUpdate = Awaited<ReturnType<typeof concerningUpdates>>[number];

/** The updates of a product that a check looks at. */
export function concerningUpdates(read: Reader, productId: string) {
  return read
    .selectFrom('updates')
    .select(['id', 'number', 'state', 'startsAt', 'startedAt', 'targetVersion', 'requirement'])
    .where('productId', '=', productId)
    .where('state', 'in', ['scheduled', 'running', 'paused', 'completed'])
    .execute();
}

/** How a workstation stands in one update. */
export interface HeldState {
  readonly updateId: string;
  readonly state: AssignmentState;
}

/** Workstations that are alike. */
interface Situation {
  readonly installedVersion: string;
  readonly osArch: string;
  readonly osLanguage: string;
  readonly held: readonly HeldState[];
}

/**
 * Makes the question for a world with these installers: is there a live assignment in the policy (fourth of the rules' order)?
 * @param now ISO instant
 */
export function makeWayOut(
  updates: readonly ConcerningUpdate[],
  installers: readonly ProductInstaller[],
  now: string,
): (situation: Situation, prohibitions: readonly Prohibition[]) => boolean {
  const byId = new Map(updates.map((update) => [update.id, update]));
  const platforms = new Map<string, Map<string, TargetThere>>();
  const targetsOn = (platform: string): Map<string, TargetThere> => {
    const known = platforms.get(platform) ?? new Map<string, TargetThere>();
    platforms.set(platform, known);
    return known;
  };

  return (situation, prohibitions) => {
    const { installedVersion, osArch, osLanguage } = situation;
    const targets = targetsOn(JSON.stringify([osArch, osLanguage]));
    const targetOf = (version: string): TargetThere => {
      const target = targets.get(version) ?? targetThere(installers, version, { osArch, osLanguage });
      targets.set(version, target);
      return target;
    };
    const assigned = situation.held.flatMap(({ updateId, state }): AssignedUpdate[] => {
      const update = byId.get(updateId);
      if (update === undefined) return [];
      const { isSuspended, installer } = targetOf(update.targetVersion);
      return [
        {
          updateId,
          number: update.number,
          state: update.state as UpdateState,
          startsAt: update.startedAt ?? update.startsAt,
          targetVersion: update.targetVersion,
          requirement: update.requirement as Requirement,
          // How strictly somebody is led out matters to nobody who is refused already.
          cutoffAt: null,
          isSuspended,
          hasInstaller: installer !== null,
          assignment: state,
        },
      ];
    });
    const { carried } = selectAssignment(assigned, { now, installedVersion });
    const update = carried === null ? undefined : byId.get(carried.updateId);
    if (update === undefined) return false;
    const { startsAt, targetVersion } = update;
    const isLater = startsAt !== null && parseInstant(startsAt) > parseInstant(now);
    return !isLater && !sameVersion(targetVersion, installedVersion) && !isProhibited(prohibitions, targetVersion);
  };
}
