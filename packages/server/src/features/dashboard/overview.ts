// The overview: what needs an administrator, the fleet in numbers, the updates under way, and who would be refused where nothing is.
import type { Overview, Update } from '@usher/protocol';
import { isoInstant, type Clock } from '../../clock.ts';
import type { Reader } from '../../database/database.ts';
import { allProducts, enforcementOf, type ProductRow } from '../products/read-model.ts';
import { listUpdates } from '../updates/read-model.ts';
import { attention } from './attention.ts';
import { observedAnswers, workstationNumbers } from './fleet-counts.ts';

const day = 24 * 3_600_000;

/** So many of the updates under way are shown, the newest; what needs somebody is asked of all. */
const mostShown = 50;
/** More than anybody has. */
const all = 10_000;

/** Makes the overview of this instant. */
export async function overview(read: Reader, clock: Clock): Promise<Overview> {
  const now = clock.now();
  const at = isoInstant(now);
  const products = await allProducts(read);
  const { claiming, ...workstations } = await workstationNumbers(read, isoInstant(now - 30 * day));
  const underWay: Update[] = [];
  for (const state of ['running', 'paused', 'scheduled'] as const) underWay.push(...(await updatesIn(read, state)));
  underWay.sort(newestFirst);
  const drafts = await updatesIn(read, 'draft');
  const observed = await observedProducts(read, products, at);
  const known = { now, products, underWay, drafts, observed, pending: workstations.pending, claiming };
  return {
    at,
    attention: await attention(read, known),
    workstations,
    installers: await installerNumbers(read),
    installationKeys: await validKeys(read, at),
    running: underWay.slice(0, mostShown).map(runningUpdate),
    observed,
  };
}

async function updatesIn(read: Reader, state: Update['state']): Promise<Update[]> {
  const sort = { field: 'createdAt', direction: 'desc' } as const;
  const { items } = await listUpdates(read, { page: 1, pageSize: all, sort, state });
  return items;
}

function newestFirst(a: Update, b: Update): number {
  const [left, right] = [a.startedAt ?? a.startsAt ?? '', b.startedAt ?? b.startsAt ?? ''];
  return left === right ? b.number - a.number : left < right ? 1 : -1;
}

function runningUpdate(update: Update): Overview['running'][number] {
  const { id, name, product, target, requirement, state, startedAt, cutoffAt, cutoffLocal, counts, total } = update;
  return {
    id,
    name,
    product: product.name,
    target: target.version,
    requirement,
    state,
    startedAt,
    cutoffAt,
    cutoffLocal,
    counts,
    total,
  };
}

async function installerNumbers(read: Reader): Promise<Overview['installers']> {
  const rows = await read
    .selectFrom('installers')
    .select((e) => ['decision', e.fn.countAll<number>().as('number')])
    .groupBy('decision')
    .execute();
  const of = (decision: string): number => rows.find((row) => row.decision === decision)?.number ?? 0;
  return {
    total: rows.reduce((sum, { number }) => sum + number, 0),
    approved: of('approved'),
    pending: of('pending'),
  };
}

async function validKeys(read: Reader, now: string): Promise<number> {
  const { number } = await read
    .selectFrom('installationKeys')
    .select((e) => e.fn.countAll<number>().as('number'))
    .where('revokedAt', 'is', null)
    .where('expiresAt', '>', now)
    .where((e) => e.or([e('maxUses', 'is', null), e('uses', '<', e.ref('maxUses'))]))
    .executeTakeFirstOrThrow();
  return number;
}

async function observedProducts(
  read: Reader,
  products: readonly ProductRow[],
  now: string,
): Promise<Overview['observed']> {
  const observed: Overview['observed'] = [];
  for (const product of products) {
    if (enforcementOf(product, now) !== 'observe') continue;
    const { workstations, answers } = await observedAnswers(read, product.id);
    const sum = (action: string): number =>
      answers.filter((answer) => answer.action === action).reduce((total, answer) => total + answer.workstations, 0);
    observed.push({
      product: { id: product.id, name: product.name },
      until: product.enforcementUntil,
      workstations,
      wouldBlock: sum('block'),
      wouldRequire: sum('require'),
      reasons: answers.map(({ reason, code, workstations: number }) => ({ reason, code, workstations: number })),
    });
  }
  return observed;
}
