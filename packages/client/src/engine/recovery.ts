// What the next start makes of an installation that was interrupted: it is finished or undone, and until one of both is
// done, nothing is forgotten that leads back.
import { compareVersions, isVersion } from '@usher/core';
import { asClientError, ClientError } from '../client-error.ts';
import type { InstallerPackage, Journal } from '../state/state-folder.ts';
import {
  install,
  Installation,
  isSame,
  stranded,
  waysBack,
  type InstallationEnvironment,
  type Product,
} from './installation.ts';
import type { InstalledProduct } from './installer-driver.ts';

/**
 * What counts as the present product, and the installers that lead back to what is installed. Where nothing is installed
 * because an installation failed and could not be undone, what its journal says still leads back.
 * @param left the journal of that installation; null where there is none
 */
export function leadingBack(
  left: Journal | null,
  target: InstallerPackage,
  installed: readonly InstalledProduct[],
  fetched: readonly InstallerPackage[],
): Pick<Journal, 'before' | 'wayBack'> {
  const [before] = installed;
  if (before !== undefined) return { before, wayBack: fetched };
  if (left === null) return { before: null, wayBack: fetched };
  return { before: left.before, wayBack: waysBack(left).filter((each) => !isSame(each, target)) };
}

/** What became of an interrupted installation. */
export type RecoveryEnd = 'untouched' | 'finished' | 'rolled-back';

/**
 * What a journal that an interrupted client left behind comes to by what is installed alone; null where something has to be
 * done. Where somebody has installed a newer version meanwhile, there is nothing to do.
 */
export function settledAs(journal: Journal, installed: readonly InstalledProduct[]): RecoveryEnd | null {
  const { target, before, phase } = journal;
  const isThere = (product: Product | null) => product !== null && installed.some((each) => isSame(each, product));
  const isUntouched = phase === 'prepared' && !isThere(target);
  if (isThere(target) && installed.length === 1) return 'finished';
  if (installed.some((each) => isAboveAll(each, journal))) return 'untouched';
  if (!isThere(target) && isThere(before)) return isUntouched ? 'untouched' : 'rolled-back';
  // Nothing may be there although nothing was done yet: an installation before this one was not undone.
  return isUntouched && (installed.length > 0 || before === null) ? 'untouched' : null;
}

/** What is higher than all that the journal knows was installed by somebody else since: it is not taken away for that. */
function isAboveAll({ version }: Product, { target, before }: Journal): boolean {
  const isAbove = (other: string) => isVersion(version) && isVersion(other) && compareVersions(version, other) > 0;
  return isAbove(target.version) && (before === null || isAbove(before.version));
}

/**
 * What to do with a journal that an interrupted client left behind: finishes or goes back, whichever keeps the
 * application on the machine, and says which. What had begun to go back goes on so; and so does what leads to a target
 * that may not be installed any more. While nothing is installed, the journal stays until one of both is done.
 * @param refusal why the target may not be installed any more; null where it may
 * @throws ClientError as `install`, and that refusal where nothing was there to go back to
 */
export async function recover(
  journal: Journal,
  environment: InstallationEnvironment,
  refusal: () => Promise<ClientError | null>,
): Promise<RecoveryEnd> {
  const settled = settledAs(journal, await environment.driver.installed([journal.target.upgradeCode]));
  if (settled !== null) {
    await environment.writeJournal(null);
    return settled;
  }
  const refused = await refusal();
  return refused === null ? await finish(journal, environment) : await undo(journal, environment, refused);
}

async function finish(journal: Journal, environment: InstallationEnvironment): Promise<'finished' | 'rolled-back'> {
  const run = new Installation(journal, environment);
  try {
    if (journal.phase === 'going-back') {
      if ((await run.goBack()) === 'put-back') {
        await run.forget();
        return 'rolled-back';
      }
      // What stands in the way of the one stands in the way of the other.
      if (run.failure?.code === 'installer.busy') throw run.failure;
    }
    await install(journal, environment);
    return 'finished';
  } catch (error) {
    if (asClientError(error, 'update.rolled-back') !== null) return 'rolled-back';
    // For what went wrong once more, and does not pass, what the rules have installed is as good.
    if (error instanceof ClientError && !isPassing(error)) await run.forget();
    throw error;
  }
}

/**
 * Goes back from a target that may not be installed any more. Where something is installed all the same, it is tried once
 * more at the next start, and for as long as what is in the way can pass.
 */
async function undo(
  journal: Journal,
  environment: InstallationEnvironment,
  refused: ClientError,
): Promise<'rolled-back'> {
  const run = new Installation(journal, environment);
  const end = await run.goBack();
  const inTheWay = run.failure !== null && isPassing(run.failure) ? run.failure : null;
  if (end !== 'failed' || (journal.phase === 'going-back' && inTheWay === null)) await run.forget();
  if (end === 'put-back') return 'rolled-back';
  if (end === 'as-it-was') throw refused;
  const isGone = await run.isNothingSeen();
  if (inTheWay !== null) throw isGone ? stranded(inTheWay) : inTheWay;
  throw isGone ? stranded(refused, run.failure) : refused;
}

/** Another installation ends, a registry can be read again, and a disk has room again. */
function isPassing(error: ClientError): boolean {
  return asClientError(error, 'installer.busy', 'registry.unreadable', 'disk.full') !== null;
}
