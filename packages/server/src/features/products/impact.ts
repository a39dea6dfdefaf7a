// What a disapproval or a prohibition would do to workstations, in numbers, before it is done.
import { isProhibited, prohibitedFor, type DecidedInstaller, type Prohibition } from '@usher/core';
import type { Impact } from '@usher/protocol';
import { sql } from 'kysely';
import type { Reader } from '../../database/database.ts';
import { installersOf } from '../installers/read-model.ts';
import { concerningUpdates, makeWayOut, type HeldState } from './way-out.ts';

/** The rules of a product as they would be. */
export interface ProposedRules {
  readonly productId: string;
  readonly numbers: readonly Prohibition[];
  readonly installers: readonly DecidedInstaller[];
  /** The versions that the change is about: one, or all below one; a key as `versionSortKey` makes it. */
  readonly versions: { readonly kind: 'version' | 'below'; readonly key: string };
}

/** The states of an update that has not ended. */
const unfinished = ['draft', 'scheduled', 'running', 'paused'];

/**
 * Counts, among the workstations that are not retired: those that run one of the versions (`installedOn`, and `blocked`, which is the
 * same), and those of them whose next check would lead them to no other version (`withoutReplacement`). A disapproval reaches those alone
 * that have this very installer: these are `refused`, and those of these without another version `stranded`. Also names the updates that
 * lead to one of the versions.
 *
 * @param now ISO instant
 */
export async function impactOf(read: Reader, rules: ProposedRules, now: string): Promise<Impact> {
  const { productId, numbers, installers } = rules;
  const proposed = (await installersOf(read, productId)).map((installer) => ({
    ...installer,
    decision: installers.find(({ installerId }) => installerId === installer.id)?.decision ?? installer.decision,
  }));
  const concerning = await concerningUpdates(read, productId);
  const hasWayOut = makeWayOut(concerning, proposed, now);
  const prohibitionsOf = remembered(
    (group: Group) => JSON.stringify([group.installedVersion, group.productCode, group.osArch, group.osLanguage]),
    (group) =>
      prohibitedFor(numbers, installers, {
        platform: { architecture: group.osArch, language: group.osLanguage },
        installedVersion: group.installedVersion,
        productCode: group.productCode,
      }),
  );
  let installedOn = 0;
  let withoutReplacement = 0;
  let refused = 0;
  let stranded = 0;
  for (const group of await runningGroups(
    read,
    rules,
    concerning.map(({ id }) => id),
  )) {
    installedOn += group.count;
    const prohibitions = prohibitionsOf(group);
    const isStuck = !hasWayOut(group, prohibitions);
    if (isStuck) withoutReplacement += group.count;
    if (!isProhibited(prohibitions, group.installedVersion)) continue;
    refused += group.count;
    if (isStuck) stranded += group.count;
  }
  const updates = await read
    .selectFrom('updates')
    .select(['id', 'name', 'state'])
    .where('productId', '=', productId)
    .where('state', 'in', unfinished)
    .where('targetVersionKey', comparison(rules), rules.versions.key)
    .orderBy('number')
    .execute();
  return { installedOn, blocked: installedOn, withoutReplacement, refused, stranded, updates };
}

/** Workstations that are alike in everything that the rules look at. */
interface Group {
  readonly installedVersion: string;
  readonly productCode: string | null;
  readonly osArch: string;
  readonly osLanguage: string;
  readonly held: readonly HeldState[];
  readonly count: number;
}

/** Between an update and the state there, and between two of those: neither is in an id or a state. */
const [within, between] = [' ', ','];

/** Workstations that run one of the versions, by what they are and by which updates hold them. */
async function runningGroups(read: Reader, rules: ProposedRules, updates: readonly string[]): Promise<Group[]> {
  const rows = await read
    .selectFrom((e) =>
      e
        .selectFrom('workstationProducts as there')
        .innerJoin('workstations', 'workstations.id', 'there.workstationId')
        .select((e2) => [
          'there.installedVersion',
          'there.productCode',
          'workstations.osArch',
          'workstations.osLanguage',
          updates.length === 0
            ? e2.val(null).$castTo<string | null>().as('held')
            : e2
                .selectFrom('assignments')
                .select(
                  sql<string>`string_agg("updateId" || ${within} || "state", ${between} order by "updateId")`.as(
                    'states',
                  ),
                )
                .whereRef('assignments.workstationId', '=', 'there.workstationId')
                // Inside an expression, so that no index is searched for each of them: a workstation is in few.
                .where(sql<string>`"updateId" || ''`, 'in', updates)
                .as('held'),
        ])
        .where('there.productId', '=', rules.productId)
        .where('there.versionKey', comparison(rules), rules.versions.key)
        .where('workstations.retiredAt', 'is', null)
        .as('one'),
    )
    .select((e) => [
      'installedVersion',
      'productCode',
      'osArch',
      'osLanguage',
      'held',
      e.fn.countAll<number>().as('count'),
    ])
    .groupBy(['installedVersion', 'productCode', 'osArch', 'osLanguage', 'held'])
    .execute();
  const statesOf = remembered((held: string) => held, readStates);
  return rows.map((row) => ({
    ...row,
    // A version key is never null in this list, so neither is the version.
    installedVersion: row.installedVersion ?? '',
    held: row.held === null ? [] : statesOf(row.held),
  }));
}

function readStates(held: string): HeldState[] {
  return held.split(between).map((one): HeldState => {
    const [updateId = '', state] = one.split(within);
    return { updateId, state: state as HeldState['state'] };
  });
}

/** A function that is asked once for each key. */
function remembered<In, Out>(keyOf: (input: In) => string, find: (input: In) => Out): (input: In) => Out {
  const found = new Map<string, Out>();
  return (input) => {
    const key = keyOf(input);
    const known = found.get(key);
    if (known !== undefined) return known;
    const out = find(input);
    found.set(key, out);
    return out;
  };
}

function comparison({ versions }: ProposedRules): '=' | '<' {
  return versions.kind === 'below' ? '<' : '=';
}
