// How many workstations there are of each kind: versions, states, answers. Counted along indexes, so that a large fleet takes milliseconds.
// Where it matters which table comes first, the join is a cross join: SQLite takes those in the order in which they are written.
import { versionFields } from '@usher/core';
import type { Reader } from '../../database/database.ts';
import { statusCounts, versionKeyCounts } from '../workstations/kept-counts.ts';

/** Workstations by version; unreadable versions under their empty name. */
export type VersionCounts = ReadonlyMap<string, number>;

/** The name of all that is no version. */
export const unreadable = '';

/** A version as plots name it, from the text that it is sorted by: `3.22.1`, the fourth field only where it is not 0. */
export function versionOfKey(key: string): string {
  const fields = versionFields(key);
  return (fields[3] === 0 ? fields.slice(0, 3) : fields).join('.');
}

/** How many workstations that are not retired have which version of a product now. Those without any do not count. */
export async function versionCounts(read: Reader, productId: string): Promise<VersionCounts> {
  const counts = new Map<string, number>();
  for (const { versionKey, number } of await versionKeyCounts(read, productId)) {
    if (versionKey === '') continue;
    const version = versionKey === '?' ? unreadable : versionOfKey(versionKey);
    counts.set(version, (counts.get(version) ?? 0) + number);
  }
  return counts;
}

/** How many assignments of an update are in which state, without zeros, in the order of the states' names. */
export async function assignmentCounts(read: Reader, updateId: string): Promise<Readonly<Record<string, number>>> {
  const rows = await read
    .selectFrom('assignmentCounts')
    .select((e) => ['state', e.fn.sum<number>('number').as('number')])
    .where('updateId', '=', updateId)
    .groupBy('state')
    .orderBy('state')
    .execute();
  return Object.fromEntries(rows.filter(({ number }) => number > 0).map(({ state, number }) => [state, number]));
}

/** Workstations that are not retired, by what people ask first. */
export async function workstationNumbers(read: Reader, silentSince: string) {
  const rows = await statusCounts(read);
  const sum = (of: (row: (typeof rows)[number]) => boolean): number =>
    rows.filter(of).reduce((total, { number }) => total + number, 0);
  return {
    total: sum(() => true),
    pending: sum(({ status }) => status === 'pending'),
    authorized: sum(({ status }) => status === 'authorized'),
    disabled: sum(({ status }) => status === 'disabled'),
    online: sum(({ online }) => online === 1),
    claiming: sum(({ status, claiming }) => status === 'pending' && claiming === 1),
    silentFor30Days: await silentSinceThen(read, silentSince),
  };
}

/** Silent are those that were seen before then, and those that never were and are as old. */
async function silentSinceThen(read: Reader, since: string): Promise<number> {
  const live = read
    .selectFrom('workstations')
    .select((e) => e.fn.countAll<number>().as('number'))
    .where('retiredAt', 'is', null);
  const seen = await live.where('lastSeenAt', '<', since).executeTakeFirstOrThrow();
  const never = await live.where('lastSeenAt', 'is', null).where('activatedAt', '<', since).executeTakeFirstOrThrow();
  return seen.number + never.number;
}

/** Workstations by what their last check was answered: by code where they may not start. */
export async function blockedStarts(read: Reader): Promise<ReadonlyMap<number, number>> {
  const rows = await read
    .selectFrom('verdicts')
    .innerJoin('workstations', 'workstations.id', 'verdicts.workstationId')
    .select((e) => ['verdictCode', e.fn.count<number>('workstations.id').distinct().as('number')])
    .where('productId', 'in', (e) => e.selectFrom('products').select('id'))
    .where('verdictAction', '=', 'block')
    .where('verdictCode', 'is not', null)
    .where('retiredAt', 'is', null)
    .groupBy('verdictCode')
    .orderBy('verdictCode')
    .execute();
  return new Map(rows.flatMap(({ verdictCode, number }) => (verdictCode === null ? [] : [[verdictCode, number]])));
}

/** What enforcement would have answered, and to how many workstations. */
export interface ObservedAnswer {
  readonly action: string;
  readonly code: number | null;
  readonly reason: string;
  readonly workstations: number;
}

/** Who would be refused in a product that is only observed, most frequent first; `workstations` are all that were seen. */
export async function observedAnswers(
  read: Reader,
  productId: string,
): Promise<{ readonly workstations: number; readonly answers: ObservedAnswer[] }> {
  const checked = await read
    .selectFrom('verdicts')
    .select((e) => e.fn.countAll<number>().as('number'))
    .where('productId', '=', productId)
    .where('verdictAction', 'is not', null)
    .executeTakeFirstOrThrow();
  const retired = await read
    .selectFrom('workstations')
    .crossJoin('verdicts')
    .whereRef('verdicts.workstationId', '=', 'workstations.id')
    .select((e) => e.fn.countAll<number>().as('number'))
    .where('retiredAt', 'is not', null)
    .where('productId', '=', productId)
    .where('verdictAction', 'is not', null)
    .executeTakeFirstOrThrow();
  const rows = await read
    .selectFrom('verdicts')
    .innerJoin('workstations', 'workstations.id', 'verdicts.workstationId')
    .select((e) => ['observedAction', 'observedCode', 'verdictReason', e.fn.countAll<number>().as('number')])
    .where('productId', '=', productId)
    // An observation turns a refusal into one of these.
    .where('verdictAction', 'in', ['run', 'offer'])
    .where('observedAction', 'is not', null)
    .where('retiredAt', 'is', null)
    .groupBy(['observedAction', 'observedCode', 'verdictReason'])
    .execute();
  const answers = rows.map(({ observedAction, observedCode, verdictReason, number }) => ({
    action: observedAction ?? '',
    code: observedCode,
    reason: verdictReason ?? '',
    workstations: number,
  }));
  answers.sort((a, b) => b.workstations - a.workstations || (a.reason < b.reason ? -1 : 1));
  return { workstations: checked.number - retired.number, answers };
}
