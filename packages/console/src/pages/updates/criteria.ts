// The criteria of an update as a form holds them, and as the server takes them.
import { resolveCutoff } from '@usher/core';
import type { Update, UpdatePatch, UpdateRequest } from '../../api/types.ts';

/** The form. Times are wall times as a date-time field gives them (`YYYY-MM-DDTHH:mm`), or empty. */
export interface Criteria {
  readonly name: string;
  readonly product: string;
  readonly version: string;
  readonly requirement: 'mandatory' | 'optional';
  readonly cutoff: 'none' | 'zone' | 'workstation';
  readonly cutoffTime: string;
  readonly zone: string;
  readonly start: 'at-once' | 'later';
  readonly startTime: string;
  readonly onFailure: 'hold' | 'relax';
  readonly background: 'none' | 'download' | 'install';
}

/** An empty form. */
export function emptyCriteria(zone: string): Criteria {
  return {
    name: '',
    product: '',
    version: '',
    requirement: 'optional',
    cutoff: 'none',
    cutoffTime: '',
    zone,
    start: 'at-once',
    startTime: '',
    onFailure: 'hold',
    background: 'none',
  };
}

/** An instant as the wall time of a zone, for a date-time field. */
export function toWallTime(iso: string, zone: string): string {
  const parts = new Intl.DateTimeFormat('en-CA', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(new Date(iso));
  const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((candidate) => candidate.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`;
}

/** The instant at which the clocks of a zone show a wall time; null while the field is empty. */
export function toInstant(wallTime: string, zone: string): string | null {
  return wallTime === '' ? null : resolveCutoff(wallTime, zone).cutoffAt;
}

/** The form of an update that exists: to change it, or to begin another like it. */
export function criteriaOf(update: Update, zone: string): Criteria {
  const cutoff = update.cutoffLocal !== null ? 'workstation' : update.cutoffAt !== null ? 'zone' : 'none';
  const cutoffTime =
    update.cutoffLocal?.slice(0, 16) ?? (update.cutoffAt === null ? '' : toWallTime(update.cutoffAt, zone));
  return {
    name: update.name,
    product: update.product.id,
    version: update.target.version,
    requirement: update.requirement,
    cutoff,
    cutoffTime,
    zone,
    start: update.startsAt === null ? 'at-once' : 'later',
    startTime: update.startsAt === null ? '' : toWallTime(update.startsAt, zone),
    onFailure: update.onFailure,
    background: update.background,
  };
}

/** Why the form cannot be saved yet; null where it can. */
export function missing(
  criteria: Criteria,
): 'product' | 'version' | 'cutoffTime' | 'startTime' | 'cutoffAfterStart' | null {
  if (criteria.product === '') return 'product';
  if (criteria.version === '') return 'version';
  if (criteria.requirement === 'optional' && criteria.cutoff !== 'none' && criteria.cutoffTime === '')
    return 'cutoffTime';
  if (criteria.start === 'later' && criteria.startTime === '') return 'startTime';
  // Nobody could ever say "not now". One in each workstation's own time is for the server to judge.
  const { cutoffAt } = cutoffMembers(criteria);
  const start = startsAt(criteria);
  if (cutoffAt !== null && start !== null && cutoffAt <= start) return 'cutoffAfterStart';
  return null;
}

function cutoffMembers(criteria: Criteria): { cutoffAt: string | null; cutoffLocal: string | null } {
  const kind = criteria.requirement === 'mandatory' ? 'none' : criteria.cutoff;
  return {
    cutoffAt: kind === 'zone' ? toInstant(criteria.cutoffTime, criteria.zone) : null,
    cutoffLocal: kind === 'workstation' ? criteria.cutoffTime : null,
  };
}

function startsAt(criteria: Criteria): string | null {
  return criteria.start === 'later' ? toInstant(criteria.startTime, criteria.zone) : null;
}

/** What `POST /updates` takes: members that are not set are left out. */
export function toRequest(criteria: Criteria): UpdateRequest {
  const { cutoffAt, cutoffLocal } = cutoffMembers(criteria);
  const start = startsAt(criteria);
  return {
    ...(criteria.name.trim() !== '' && { name: criteria.name.trim() }),
    product: criteria.product,
    version: criteria.version,
    requirement: criteria.requirement,
    onFailure: criteria.onFailure,
    background: criteria.background,
    ...(cutoffAt !== null && { cutoffAt }),
    ...(cutoffLocal !== null && { cutoffLocal }),
    ...(start !== null && { startsAt: start }),
  };
}

/** What `PATCH /updates/:id` takes of a draft: everything but the product. */
export function toPatch(criteria: Criteria): UpdatePatch {
  return {
    ...(criteria.name.trim() !== '' && { name: criteria.name.trim() }),
    version: criteria.version,
    requirement: criteria.requirement,
    ...cutoffMembers(criteria),
    startsAt: startsAt(criteria),
    onFailure: criteria.onFailure,
    background: criteria.background,
  };
}
