// What a disapproval or a prohibition would do to workstations, in numbers, before it is done.
import { isProhibited, prohibitedFor, prohibitedForAll, type DecidedInstaller, type Prohibition } from '@usher/core';
import type { Impact } from '@usher/protocol';
import { sql } from 'kysely';
import type { Reader } from '../../database/database.ts';
import { installersOf } from '../installers/read-model.ts';

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
const openStates = ['waiting', 'offered', 'deferred', 'downloading', 'downloaded', 'installing', 'failed'];

/**
 * Counts, among the workstations that are not retired: those that run one of the versions (`installedOn`), those of them that would be
 * refused (`blocked`), and those of these without a live update to another version (`withoutReplacement`). Also names the updates
 * that lead to one of the versions.
 *
 * @param now ISO instant
 */
export async function impactOf(read: Reader, rules: ProposedRules, now: string): Promise<Impact> {
  const { productId, numbers, installers } = rules;
  const live = await liveUpdates(read, rules, now);
  let installedOn = 0;
  let blocked = 0;
  let withoutReplacement = 0;
  for (const group of await runningGroups(read, rules, live)) {
    installedOn += group.count;
    const prohibitions = prohibitedFor(numbers, installers, {
      platform: { architecture: group.osArch, language: group.osLanguage },
      installedVersion: group.installedVersion,
      productCode: group.productCode,
    });
    if (!isProhibited(prohibitions, group.installedVersion)) continue;
    blocked += group.count;
    withoutReplacement += group.count - group.replaced;
  }
  const updates = await read
    .selectFrom('updates')
    .select(['id', 'name', 'state'])
    .where('productId', '=', productId)
    .where('state', 'in', unfinished)
    .where('targetVersionKey', comparison(rules), rules.versions.key)
    .orderBy('number')
    .execute();
  return { installedOn, blocked, withoutReplacement, updates };
}

/** Workstations that run one of the versions, counted by everything that the rules look at. */
async function runningGroups(read: Reader, rules: ProposedRules, live: readonly string[]) {
  const rows = await read
    .selectFrom('workstationProducts as there')
    .innerJoin('workstations', 'workstations.id', 'there.workstationId')
    .select((e) => [
      'there.installedVersion',
      'there.productCode',
      'workstations.osArch',
      'workstations.osLanguage',
      e.fn.countAll<number>().as('count'),
      e.fn
        .sum<number>(
          e
            .case()
            .when(
              live.length === 0
                ? sql<boolean>`1 = 0`
                : e.exists(
                    e
                      .selectFrom('assignments')
                      .innerJoin('updates', 'updates.id', 'assignments.updateId')
                      .select('updates.id')
                      .whereRef('assignments.workstationId', '=', 'there.workstationId')
                      .where('updates.id', 'in', live)
                      .where('assignments.state', 'in', openStates)
                      .whereRef('updates.targetVersionKey', '!=', 'there.versionKey'),
                  ),
            )
            .then(1)
            .else(0)
            .end(),
        )
        .as('replaced'),
    ])
    .where('there.productId', '=', rules.productId)
    .where('there.versionKey', comparison(rules), rules.versions.key)
    .where('workstations.retiredAt', 'is', null)
    .groupBy(['there.installedVersion', 'there.productCode', 'workstations.osArch', 'workstations.osLanguage'])
    .execute();
  // A version key is never null in this list, so neither is the version.
  return rows.map((row) => ({ ...row, installedVersion: row.installedVersion ?? '' }));
}

/** Updates in force whose target could still be installed under the proposed rules. */
async function liveUpdates(read: Reader, rules: ProposedRules, now: string): Promise<string[]> {
  const inForce = await read
    .selectFrom('updates')
    .select(['id', 'targetVersion', 'targetVersionKey'])
    .where('productId', '=', rules.productId)
    .where((e) =>
      e.or([
        e('state', 'in', ['running', 'completed']),
        e.and([e('state', '=', 'scheduled'), e('startsAt', '<=', now)]),
      ]),
    )
    .execute();
  if (inForce.length === 0) return [];
  const prohibitions = prohibitedForAll(rules.numbers, rules.installers);
  const published = (await installersOf(read, rules.productId)).filter((installer) => installer.published);
  const isAvailable = (key: string): boolean =>
    published.some(
      ({ id, versionKey }) =>
        versionKey === key &&
        rules.installers.some(({ installerId, decision }) => installerId === id && decision === 'approved'),
    );
  return inForce
    .filter(
      ({ targetVersion, targetVersionKey }) =>
        !isProhibited(prohibitions, targetVersion) && isAvailable(targetVersionKey),
    )
    .map(({ id }) => id);
}

function comparison({ versions }: ProposedRules): '=' | '<' {
  return versions.kind === 'below' ? '<' : '=';
}
