// What needs an administrator, most urgent first.
import { isOpenAssignment, resolveCutoff, type AssignmentState } from '@usher/core';
import { attentionKinds, type Attention, type Overview, type Update } from '@usher/protocol';
import { sql, type SqlBool } from 'kysely';
import { isoInstant } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import type { ProductRow } from '../products/read-model.ts';
import { contradicted, openAlarms } from '../trust/log-alarms.ts';
import { expiringMetadata } from '../trust/read-model.ts';
import { timeAhead } from '../trust/server-clock.ts';
import { waitsForRestart } from '../updates/read-model.ts';
import { blockedStarts } from './fleet-counts.ts';

const hour = 3_600_000;
const day = 24 * hour;

/** So many of one kind: more would bury the others. */
const mostOfAKind = 20;

/**
 * Codes that say nothing new here: a workstation that waits for approval stands among those, and one that is disabled is so by
 * somebody's decision.
 */
const knownElsewhere: readonly number[] = [1002, 1008];

const underWay = ['downloading', 'downloaded', 'installing'] as const;

/** What is known already when attention is asked for. */
export interface Known {
  /** The present instant, in milliseconds. */
  readonly now: number;
  readonly products: readonly ProductRow[];
  /** Scheduled, running and paused updates. */
  readonly underWay: readonly Update[];
  readonly drafts: readonly Update[];
  /** The products that are only observed, each with who would be refused. */
  readonly observed: Overview['observed'];
  readonly pending: number;
  readonly claiming: number;
}

/** Everything that needs an administrator now, in the order of the kinds. */
export async function attention(read: Reader, known: Known): Promise<Attention[]> {
  const found = [
    ...(await ofLog(read)),
    ...(await ofClock(read, known)),
    ...ofUpdates(known),
    ...(await stuck(read, known)),
    ...(await starts(read)),
    ...(await ofSignatures(read)),
    ...(await ofTrust(read, known)),
    ...(await ofRestores(read, known)),
    ...(await ofKeys(read, known)),
    ...(await ofWorkstations(read, known)),
    ...(await ofInstallers(read)),
    ...ofProducts(known),
  ];
  return attentionKinds.flatMap((kind) => found.filter((one) => one.kind === kind).slice(0, mostOfAKind));
}

function about({ id, name }: { readonly id: string; readonly name: string }, kind = 'update') {
  return { kind, id, name };
}

function openOf({ counts }: Update): number {
  return Object.entries(counts)
    .filter(([state]) => isOpenAssignment(state as AssignmentState))
    .reduce((sum, [, number]) => sum + number, 0);
}

function ofUpdates({ now, underWay: updates, drafts }: Known): Attention[] {
  const found: Attention[] = [];
  const add = (kind: Attention['kind'], update: Update, count: number, at: string | null = null): void =>
    void found.push({ kind, count, object: about(update), code: null, at });
  for (const update of updates) {
    if (update.counts.failed > 0) add('assignments-failed', update, update.counts.failed);
    if (update.state === 'running' && update.suspended !== null) add('update-suspended', update, openOf(update));
    const cutoff = cutoffOf(update);
    const isNear = cutoff !== null && Date.parse(cutoff) > now && Date.parse(cutoff) - now <= 2 * day;
    if (isNear && openOf(update) > 0) add('update-cutoff-near', update, openOf(update), cutoff);
  }
  for (const draft of drafts) {
    if (draft.total > 0) add('update-not-started', draft, draft.total, draft.createdAt);
  }
  return found;
}

/** The cut-off of an optional update; one by the workstations' own time, where it comes first. */
function cutoffOf({ requirement, cutoffAt, cutoffLocal }: Update): string | null {
  if (requirement === 'mandatory') return null;
  return cutoffAt ?? (cutoffLocal === null ? null : resolveCutoff(cutoffLocal, earliestZone).cutoffAt);
}

/** Where every day begins first: UTC+14. */
const earliestZone = 'Pacific/Kiritimati';

async function stuck(read: Reader, { now, underWay: updates }: Known): Promise<Attention[]> {
  // Written out, not as parameters: only so SQLite knows that the index of those under way serves.
  const states = sql.join(underWay.map((state) => sql.lit(state)));
  const rows = await read
    .selectFrom('assignments')
    .select(['updateId', 'updatedAt'])
    .where((e) => sql<SqlBool>`${e.ref('state')} in (${states})`)
    .where('updatedAt', '<', isoInstant(now - day))
    .where((e) => e.not(waitsForRestart(isoInstant(now - day))))
    .orderBy('updatedAt')
    .execute();
  const byUpdate = Map.groupBy(rows, ({ updateId }) => updateId);
  return updates.flatMap((update): Attention[] => {
    const silent = byUpdate.get(update.id) ?? [];
    const [first] = silent;
    if (first === undefined) return [];
    return [
      { kind: 'assignments-stuck', count: silent.length, object: about(update), code: null, at: first.updatedAt },
    ];
  });
}

async function starts(read: Reader): Promise<Attention[]> {
  const blocked = [...(await blockedStarts(read))].filter(([code]) => !knownElsewhere.includes(code));
  blocked.sort(([, a], [, b]) => b - a);
  return blocked.map(([code, count]) => ({ kind: 'starts-blocked', count, object: null, code, at: null }));
}

async function ofTrust(read: Reader, { now }: Known): Promise<Attention[]> {
  const expiring = await expiringMetadata(read, new Date(now));
  return expiring.map(({ role, expiresAt }) => ({
    kind: 'trust-expiring',
    count: 1,
    object: { kind: 'catalogue', id: role, name: role },
    code: null,
    at: expiresAt.toISOString(),
  }));
}

/** Approvals that no workstation sees yet, and disapprovals that the catalogue does not follow yet: both wait for keys that are elsewhere. */
async function ofSignatures(read: Reader): Promise<Attention[]> {
  const { number, at } = await read
    .selectFrom('installers')
    .select((e) => [e.fn.countAll<number>().as('number'), e.fn.min('decidedAt').as('at')])
    .where((e) =>
      e.or([
        e.and([e('decision', '=', 'approved'), e('published', '=', 0)]),
        e.and([e('decision', '=', 'disapproved'), e('published', '=', 1)]),
      ]),
    )
    .executeTakeFirstOrThrow();
  return number === 0 ? [] : [{ kind: 'signatures-waiting', count: number, object: null, code: null, at }];
}

async function ofRestores(read: Reader, { now }: Known): Promise<Attention[]> {
  const rows = await read
    .selectFrom('events')
    .select(['id', 'at'])
    .where('type', '=', 'trust.restored')
    .where('at', '>', isoInstant(now - 30 * day))
    .orderBy('seq', 'desc')
    .limit(1)
    .execute();
  return rows.map(({ id, at }) => ({
    kind: 'server-restored',
    count: 1,
    object: { kind: 'event', id },
    code: null,
    at,
  }));
}

async function ofLog(read: Reader): Promise<Attention[]> {
  const alarms = await openAlarms(read, contradicted);
  const [first] = alarms;
  if (first === undefined) return [];
  return [{ kind: 'log-contradicted', count: alarms.length, object: null, code: null, at: first.at }];
}

async function ofClock(read: Reader, { now }: Known): Promise<Attention[]> {
  const ahead = await timeAhead(read, { now: () => now });
  return ahead === null ? [] : [{ kind: 'server-clock', count: 1, object: null, code: null, at: ahead }];
}

async function ofKeys(read: Reader, { now }: Known): Promise<Attention[]> {
  const { number, at } = await read
    .selectFrom('installationKeys')
    .select((e) => [e.fn.countAll<number>().as('number'), e.fn.min('expiresAt').as('at')])
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', isoInstant(now))
    .where('expiresAt', '<=', isoInstant(now + 14 * day))
    .where((e) => e.or([e('maxUses', 'is', null), e('uses', '<', e.ref('maxUses'))]))
    .executeTakeFirstOrThrow();
  return number === 0 ? [] : [{ kind: 'keys-expiring', count: number, object: null, code: null, at }];
}

async function ofWorkstations(read: Reader, { pending, claiming }: Known): Promise<Attention[]> {
  if (pending === 0) return [];
  const waiting = read
    .selectFrom('workstations')
    .select((e) => e.fn.min('activatedAt').as('at'))
    .where('retiredAt', 'is', null)
    .where('status', '=', 'pending');
  const found: Attention[] = [];
  if (claiming > 0) {
    const { at } = await waiting.where('claimsId', 'is not', null).executeTakeFirstOrThrow();
    found.push({ kind: 'workstations-claiming', count: claiming, object: null, code: null, at });
  }
  const { at } = await waiting.executeTakeFirstOrThrow();
  return [...found, { kind: 'workstations-pending', count: pending, object: null, code: null, at }];
}

async function ofInstallers(read: Reader): Promise<Attention[]> {
  const { number, at } = await read
    .selectFrom('installers')
    .select((e) => [e.fn.countAll<number>().as('number'), e.fn.min('uploadedAt').as('at')])
    .where('decision', '=', 'pending')
    .executeTakeFirstOrThrow();
  return number === 0 ? [] : [{ kind: 'installers-pending', count: number, object: null, code: null, at }];
}

function ofProducts({ observed }: Known): Attention[] {
  return observed.map(({ product, until, wouldBlock }) => ({
    kind: 'products-observing',
    count: wouldBlock,
    object: about(product, 'product'),
    code: null,
    at: until,
  }));
}
