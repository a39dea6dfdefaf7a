// The criteria of an update: read from a request, checked, and changed as far as its state allows.
import { formatInstant, isPastEverywhere, parseInstant, sameVersion } from '@usher/core';
import type { updatePatchSchema, updateRequestSchema } from '@usher/protocol';
import type * as z from 'zod';
import { storableText } from '../../database/storable-text.ts';
import { invalidInput, ProblemError } from '../../problem-error.ts';
import type { UpdateRow } from './store.ts';

/** The body of `POST /updates`, parsed. */
export type UpdateRequest = z.output<typeof updateRequestSchema>;

/** The body of `PATCH /updates/:id`, parsed. */
export type UpdatePatch = z.output<typeof updatePatchSchema>;

/** The criteria that a request may name beside the target. Instants are in UTC with milliseconds. */
export type Criteria = Pick<
  UpdateRow,
  'name' | 'requirement' | 'cutoffAt' | 'cutoffLocal' | 'startsAt' | 'onFailure' | 'background' | 'targetVersion'
>;

/** A cut-off, one kind or the other, or none. */
type Cutoff = Pick<UpdateRow, 'cutoffAt' | 'cutoffLocal'>;

/** An instant that was given, as it is kept. Null and undefined stay. */
function kept<Missing extends null | undefined>(instant: string | Missing): string | Missing {
  return typeof instant === 'string' ? formatInstant(parseInstant(instant)) : instant;
}

/**
 * The cut-off that a request asks for.
 * @throws ProblemError `request.invalid` where it names both kinds
 */
export function cutoffOf(request: Pick<UpdatePatch, 'cutoffAt' | 'cutoffLocal'>, present: Cutoff): Cutoff {
  const cutoffAt = kept(request.cutoffAt);
  const { cutoffLocal } = request;
  const isBoth = typeof cutoffAt === 'string' && typeof cutoffLocal === 'string';
  if (isBoth) throw invalidInput('cutoffLocal', 'a cut-off is either an instant or a local time, not both');
  // One kind replaces the other.
  if (typeof cutoffAt === 'string') return { cutoffAt, cutoffLocal: null };
  if (typeof cutoffLocal === 'string') return { cutoffAt: null, cutoffLocal };
  return {
    cutoffAt: cutoffAt === undefined ? present.cutoffAt : null,
    cutoffLocal: cutoffLocal === undefined ? present.cutoffLocal : null,
  };
}

/** @throws ProblemError `update.cutoff-on-mandatory` */
export function refuseCutoffOnMandatory(requirement: string, { cutoffAt, cutoffLocal }: Cutoff): void {
  if (requirement === 'mandatory' && (cutoffAt !== null || cutoffLocal !== null)) {
    throw new ProblemError('update.cutoff-on-mandatory');
  }
}

/**
 * Refuses a cut-off that leaves nobody a moment in which to choose: it has passed, or will have when the update starts.
 * A local time is past once it is past everywhere.
 * @throws ProblemError `update.cutoff-in-the-past`, `update.cutoff-before-start`
 */
export function refuseIdleCutoff(update: Cutoff & Pick<UpdateRow, 'startsAt'>, now: string): void {
  const { cutoffAt, cutoffLocal, startsAt } = update;
  const cutoff = cutoffAt ?? cutoffLocal ?? '';
  if (hasPassed(update, now)) {
    throw new ProblemError('update.cutoff-in-the-past', `The cut-off ${cutoff} has passed.`);
  }
  if (startsAt !== null && hasPassed(update, startsAt)) {
    throw new ProblemError(
      'update.cutoff-before-start',
      `The update starts at ${startsAt}, when its cut-off ${cutoff} has passed: nobody could choose. Move one, or make it mandatory.`,
    );
  }
}

function hasPassed({ cutoffAt, cutoffLocal }: Cutoff, at: string): boolean {
  return (cutoffAt !== null && cutoffAt <= at) || (cutoffLocal !== null && isPastEverywhere(cutoffLocal, at));
}

/** The criteria of a new update but for its target. @throws ProblemError for a cut-off that cannot be */
export function newCriteria(request: UpdateRequest, now: string) {
  const cutoff = cutoffOf(request, { cutoffAt: null, cutoffLocal: null });
  refuseCutoffOnMandatory(request.requirement, cutoff);
  const startsAt = kept(request.startsAt) ?? null;
  refuseIdleCutoff({ ...cutoff, startsAt }, now);
  return {
    requirement: request.requirement,
    ...cutoff,
    startsAt,
    onFailure: request.onFailure ?? 'hold',
    background: request.background ?? 'none',
  };
}

/**
 * What a patch changes of an update: in `draft` everything, later the name, the cut-off, what happens on failure and in the background, and the
 * start until it has come. Members that say what is so already change nothing.
 * @throws ProblemError `update.wrong-state`, and for a cut-off that cannot be
 */
export function changesOf(update: UpdateRow, patch: UpdatePatch, now: string): Partial<Criteria> {
  const wanted: Partial<Criteria> = { ...cutoffOf(patch, update) };
  if (patch.name !== undefined) wanted.name = storableText(patch.name);
  if (patch.requirement !== undefined) wanted.requirement = patch.requirement;
  if (patch.onFailure !== undefined) wanted.onFailure = patch.onFailure;
  if (patch.background !== undefined) wanted.background = patch.background;
  if (patch.startsAt !== undefined) wanted.startsAt = kept(patch.startsAt);
  if (patch.version !== undefined && !sameVersion(patch.version, update.targetVersion)) {
    wanted.targetVersion = patch.version;
  }
  const changes = Object.fromEntries(
    Object.entries(wanted).filter(([name, value]) => value !== update[name as keyof Criteria]),
  ) as Partial<Criteria>;
  refuseFixed(update, changes);
  const cutoff = { cutoffAt: update.cutoffAt, cutoffLocal: update.cutoffLocal, startsAt: update.startsAt, ...changes };
  refuseCutoffOnMandatory(changes.requirement ?? update.requirement, cutoff);
  const isMoved = 'cutoffAt' in changes || 'cutoffLocal' in changes || 'startsAt' in changes;
  if (isMoved) refuseIdleCutoff(cutoff, now);
  return changes;
}

/** What can still be changed in each state. */
const changeable: Readonly<Record<string, readonly (keyof Criteria)[]>> = {
  draft: ['name', 'targetVersion', 'requirement', 'cutoffAt', 'cutoffLocal', 'startsAt', 'onFailure', 'background'],
  scheduled: ['name', 'cutoffAt', 'cutoffLocal', 'startsAt', 'onFailure', 'background'],
  running: ['name', 'cutoffAt', 'cutoffLocal', 'onFailure', 'background'],
  paused: ['name', 'cutoffAt', 'cutoffLocal', 'onFailure', 'background'],
  completed: ['name', 'cutoffAt', 'cutoffLocal', 'onFailure', 'background'],
  cancelled: [],
};

function refuseFixed(update: UpdateRow, changes: Partial<Criteria>): void {
  const allowed = changeable[update.state] ?? [];
  const fixed = Object.keys(changes).filter((name) => !allowed.includes(name as keyof Criteria));
  if (fixed.length > 0) {
    throw new ProblemError(
      'update.wrong-state',
      `In the state ${update.state} an update's ${fixed.join(', ')} cannot be changed any more.`,
    );
  }
  if (update.state === 'scheduled' && changes.startsAt === null) {
    throw invalidInput('startsAt', 'a scheduled update has a start; cancel it, or move the start');
  }
}
