// Whether an update's target can be had: approved, published, not prohibited.
import {
  chooseInstaller,
  isProhibited,
  sameVersion,
  versionSortKey,
  type NoInstallerReason,
  type Prohibition,
} from '@usher/core';
import type { Reader } from '../../database/database.ts';
import { ProblemError } from '../../problem-error.ts';
import { installersOf, type ProductInstaller } from '../installers/read-model.ts';
import { prohibitionsInForce } from '../products/read-model.ts';

/** Those of a product's installers that are approved and of one version. */
function approvedOf(installers: readonly ProductInstaller[], version: string): ProductInstaller[] {
  return installers.filter((installer) => installer.decision === 'approved' && sameVersion(installer.version, version));
}

/** A version that can be a target, as the approved installer writes it. */
export interface Target {
  readonly version: string;
  readonly versionKey: string;
}

/**
 * The approved target of a version.
 * @throws ProblemError `update.target-not-approved`, `update.target-prohibited`
 */
export async function approvedTarget(read: Reader, productId: string, version: string): Promise<Target> {
  const [installer] = approvedOf(await installersOf(read, productId), version);
  if (installer === undefined) {
    throw new ProblemError('update.target-not-approved', `No installer of version ${version} is approved.`);
  }
  await refuseProhibited(read, productId, version);
  return { version: installer.version, versionKey: versionSortKey(version) };
}

/**
 * Refuses to start towards what cannot be had.
 * @throws ProblemError `update.target-not-approved`, `update.target-not-published`, `update.target-prohibited`
 */
export async function refuseUnpublished(read: Reader, productId: string, version: string): Promise<void> {
  const approved = approvedOf(await installersOf(read, productId), version);
  if (approved.length === 0) {
    throw new ProblemError('update.target-not-approved', `No installer of version ${version} is approved any more.`);
  }
  if (!approved.some(({ published }) => published)) {
    throw new ProblemError(
      'update.target-not-published',
      `Version ${version} is approved, but the published catalogue does not hold it yet.`,
    );
  }
  await refuseProhibited(read, productId, version);
}

async function refuseProhibited(read: Reader, productId: string, version: string): Promise<void> {
  if (isProhibited(await prohibitionsInForce(read, productId), version)) {
    throw new ProblemError('update.target-prohibited', `Version ${version} is prohibited.`);
  }
}

/** A target as updates name it. */
interface TargetReference {
  readonly productId: string;
  readonly targetVersion: string;
  readonly targetVersionKey: string;
}

/** Why each of some updates is suspended: its target is disapproved or not published. Null where it is not. */
export async function suspensionsOf<Update extends TargetReference>(
  read: Reader,
  updates: readonly Update[],
): Promise<Map<Update, string | null>> {
  const products = [...new Set(updates.map(({ productId }) => productId))];
  const keys = [...new Set(updates.map(({ targetVersionKey }) => targetVersionKey))];
  const rows =
    updates.length === 0
      ? []
      : await read
          .selectFrom('installers')
          .select(['productId', 'versionKey', 'published'])
          .where('productId', 'in', products)
          .where('versionKey', 'in', keys)
          .where('decision', '=', 'approved')
          .execute();
  return new Map(
    updates.map((update) => {
      const { productId, targetVersion, targetVersionKey } = update;
      const approved = rows.filter((row) => row.productId === productId && row.versionKey === targetVersionKey);
      return [
        update,
        suspension(
          targetVersion,
          approved.map(({ published }) => published === 1),
        ),
      ];
    }),
  );
}

/** Why each of some updates leads nowhere: it is suspended, or its target was prohibited by its number. Null where it does not. */
export async function impedimentsOf<Update extends TargetReference>(
  read: Reader,
  updates: readonly Update[],
): Promise<Map<Update, string | null>> {
  const suspensions = await suspensionsOf(read, updates);
  const products = [...new Set(updates.map(({ productId }) => productId))];
  const prohibited = new Map<string, Prohibition[]>();
  for (const id of products) prohibited.set(id, await prohibitionsInForce(read, id));
  return new Map(
    updates.map((update) => {
      const { productId, targetVersion } = update;
      const isForbidden = isProhibited(prohibited.get(productId) ?? [], targetVersion);
      return [update, suspensions.get(update) ?? (isForbidden ? `Version ${targetVersion} is prohibited.` : null)];
    }),
  );
}

function suspension(version: string, published: readonly boolean[]): string | null {
  if (published.length === 0) return `No installer of version ${version} is approved.`;
  return published.includes(true) ? null : `Version ${version} is not in the published catalogue.`;
}

/** A machine, as far as it matters to which installer it gets. */
export interface MachinePlatform {
  readonly osArch: string;
  readonly osLanguage: string;
}

/** How an update's target looks from one machine. */
export interface TargetThere {
  /** The approved installer that fits; null where there is none. */
  readonly installer: ProductInstaller | null;
  /** Why there is none. */
  readonly reason: NoInstallerReason | null;
  /** None is approved at all, or the one that fits is not published. */
  readonly isSuspended: boolean;
}

/** Chooses the installer of a version for a machine. */
export function targetThere(
  installers: readonly ProductInstaller[],
  version: string,
  { osArch, osLanguage }: MachinePlatform,
): TargetThere {
  const { installer, reason } = chooseInstaller(installers, version, { architecture: osArch, language: osLanguage });
  const isSuspended = installer === null ? reason === 'none-approved' : !installer.published;
  return { installer, reason, isSuspended };
}
