// Every filter means the workstations that it says, however they are read: for lists, for counts, and for what is done to all of them.
import { compareVersions, isVersion } from '@usher/core';
import { answers, workstationStatuses } from '@usher/protocol';
import { testServer } from '@usher/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { usualLimits, type Limits } from './limits.ts';
import { countMatching, matching, resolveFilter } from './read-model.ts';
import { everyWay } from './test-support/every-way.ts';
import { addProduct, addWorkstations } from './test-support/fleet.ts';
import { listWorkstations, workstationListQuery } from './workstation-list.ts';

const products = ['pr_one', 'pr_two'] as const;
const versions = ['3.1', '3.2', '3.10'] as const;
const tags = ['lab', 'vip'] as const;

const answer = fc.record({
  action: fc.constantFrom('run' as const, 'offer' as const, 'require' as const, 'block' as const),
  code: fc.constantFrom(null, 2028),
});
const installed = fc.record({
  version: fc.oneof({ weight: 4, arbitrary: fc.constantFrom(...versions) }, fc.constant(null)),
  answer: fc.option(answer, { freq: 4 }),
  observed: fc.option(answer),
});
/** Of the first product nearly all have something, of the second one some. */
const workstation = fc.record({
  status: fc.oneof({ weight: 4, arbitrary: fc.constant('authorized') }, fc.constantFrom(...workstationStatuses)),
  tags: fc.subarray([...tags]),
  isRetired: fc.constantFrom(false, false, false, true),
  products: fc.record({ pr_one: fc.option(installed, { freq: 12 }), pr_two: fc.option(installed, { freq: 1 }) }),
});

type ValueOf<Values> = Values extends fc.Arbitrary<infer Value> ? Value : never;
type Installed = ValueOf<typeof installed>;
type Known = ValueOf<typeof workstation> & { readonly hostname: string };

const asked = fc.record({
  product: fc.constantFrom(...products),
  version: fc.constantFrom(...versions, '3.1.0', 'nightly'),
  below: fc.constantFrom('3.2', '9'),
  verdict: fc.constantFrom(...answers),
  code: fc.constant(2028),
  status: fc.constantFrom(...workstationStatuses),
  tag: fc.constantFrom(...tags),
  q: fc.constantFrom('pc', 'pc-1', ' '),
});
type Asked = Partial<ValueOf<typeof asked>>;
const names = ['product', 'version', 'below', 'verdict', 'code', 'status', 'tag', 'q'] as const;

/** A few conditions: with many nothing is left. */
const few: fc.Arbitrary<Asked> = fc
  .tuple(asked, fc.subarray([...names], { maxLength: 3 }))
  .map(([all, chosen]) => Object.fromEntries(chosen.map((name) => [name, all[name]])));

function isOfVersion(found: Installed | null, { version, below }: Asked): boolean {
  const there = found?.version ?? null;
  if (there === null) return false;
  const isIt = version === undefined || (isVersion(version) && compareVersions(there, version) === 0);
  return isIt && (below === undefined || compareVersions(there, below) < 0);
}

function isAnswered(found: Installed | null, { verdict, code }: Asked): boolean {
  const answered = found?.answer ?? null;
  const isOpen = answered?.action === 'run' || answered?.action === 'offer';
  const isOfObserved = verdict?.startsWith('would-') === true;
  const given = isOfObserved ? ((isOpen ? found?.observed : null) ?? null) : answered;
  if (given === null || (code !== undefined && given.code !== code)) return false;
  return verdict === undefined || given.action === verdict.replace('would-', '');
}

/** What a filter says, without regard to how it is read. */
function isMeant(one: Known, filter: Asked): boolean {
  const { product, version, below, verdict, code, status, tag, q } = filter;
  const those = (product === undefined ? products : [product]).map((id) => one.products[id]);
  if (version !== undefined || below !== undefined) {
    if (!those.some((found) => isOfVersion(found, filter))) return false;
  } else if (product !== undefined && one.products[product] === null) return false;
  if ((verdict !== undefined || code !== undefined) && !those.some((found) => isAnswered(found, filter))) return false;
  if (status !== undefined && one.status !== status) return false;
  if (tag !== undefined && !one.tags.includes(tag)) return false;
  return one.hostname.toLowerCase().includes((q ?? '').trim());
}

async function serverWith(fleet: readonly Known[], saved: Asked) {
  const server = await testServer();
  const { database } = server.system;
  await addProduct(database, 'pr_one', '{11111111-2222-3333-4444-555555555555}');
  await addProduct(database, 'pr_two', '{11111111-2222-3333-4444-666666666666}');
  await addWorkstations(
    database,
    fleet.map(({ hostname, isRetired, products: of, ...more }) => {
      const has = products.flatMap((id) => (of[id] === null ? [] : [[id, of[id]] as const]));
      return {
        ...{ id: `ws_${hostname}`, hostname, ...more },
        ...(isRetired && { retiredAt: '2026-11-01T00:00:00.000Z' }),
        versions: Object.fromEntries(has.map(([id, { version }]) => [id, [version] as const])),
        answers: Object.fromEntries(
          has.flatMap(([id, { answer: given, observed }]) =>
            given === null ? [] : [[id, observed === null ? [given] : [given, observed]]],
          ),
        ),
      };
    }),
  );
  await server.owner.post('/groups', { name: 'Saved', filter: saved }, 201);
  return server;
}

const fleets = fc.array(workstation, { minLength: 8, maxLength: 14 });
/** Some of the ways for each filter, so that all have their turn. */
function waysAt(turn: number): Limits[] {
  const ways = [usualLimits, ...everyWay];
  return ways.filter((_, index) => (index + turn) % 3 === 0);
}

const sorts = ['-status', '-installedVersion', 'hostname'];
const filters = fc.array(fc.tuple(few, fc.boolean(), fc.constantFrom(false, false, false, true)), {
  minLength: 16,
  maxLength: 16,
});

test('a filter means what it says, by itself and with the one that a group saved, in every way in which it is read', async () => {
  await fc.assert(
    fc.asyncProperty(fleets, few, filters, async (planned, saved, all) => {
      const fleet = planned.map((one, index) => ({ ...one, hostname: `PC-${index}` }));
      const server = await serverWith(fleet, saved);
      try {
        const { read } = server.system.database;
        for (const [turn, [own, isInGroup, retired]] of all.entries()) {
          const filter = { ...own, ...(isInGroup && { group: 'Saved' }), ...(retired && { retired }) };
          const meant = fleet
            .filter((one) => one.isRetired === retired && isMeant(one, own) && (!isInGroup || isMeant(one, saved)))
            .map(({ hostname }) => `ws_${hostname}`)
            .sort();
          const resolved = await resolveFilter(read, filter);
          for (const lookup of ['each', 'table'] as const) {
            const rows = await matching(read, resolved, lookup).select('workstations.id').execute();
            expect(rows.map(({ id }) => id).sort()).toEqual(meant);
          }
          const text = Object.fromEntries(Object.entries(filter).map(([name, value]) => [name, String(value)]));
          for (const [index, limits] of waysAt(turn).entries()) {
            expect(await countMatching(read, resolved, limits)).toBe(meant.length);
            const query = workstationListQuery.parse({ ...text, sort: sorts[(index + turn) % sorts.length] });
            const { items, total } = await listWorkstations(read, query, limits);
            expect(items.map(({ id }) => id).sort()).toEqual(meant);
            expect(total).toBe(meant.length);
          }
        }
      } finally {
        await server.close();
      }
    }),
    // As it was found: each smaller one would take a server of its own.
    { numRuns: 3, endOnFailure: true },
  );
});
