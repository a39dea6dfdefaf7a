// Updates as other features use them: what a check reads and moves, what reports move, what follows elsewhere.
import type { Database } from '../../database/database.ts';
import type { Random } from '../../ids.ts';
import { makeCatalogueHook } from './catalogue-changes.ts';
import { makeCheckMoves, type CheckMoves } from './check-moves.ts';
import { makeCriteriaService, type CriteriaService } from './criteria-service.ts';
import { makeLifecycleService, type LifecycleService } from './lifecycle-service.ts';
import { makeMembershipService, type MembershipService } from './membership-service.ts';
import { makeReportMoves, type ReportMoves, type ReportTools } from './report-moves.ts';
import { makeSilence } from './silence.ts';
import { makeStanding } from './standing.ts';

export { isFirstTold, updatesMovedBy } from './check-moves.ts';
export { cutoffThere, heldBy, lockHeld, type Held } from './held.ts';
export { targetThere, type TargetThere } from './target.ts';
export { whyNotApplicable } from './why.ts';
export { noteOnce } from './told-once.ts';

/** Everything that happens to updates. */
export interface UpdatesService extends CriteriaService, LifecycleService, MembershipService, CheckMoves, ReportMoves {
  /** After an approval, a disapproval, a prohibition or its lifting. */
  readonly onCatalogueChanged: ReturnType<typeof makeCatalogueHook>;
  /** Fails assignments under way that have been silent for the set time. */
  failSilent(): Promise<void>;
}

/** Makes the service. */
export function makeUpdatesService(
  tools: ReportTools & { readonly database: Database; readonly random: Random },
): UpdatesService {
  const standing = makeStanding(tools);
  const parts = { ...tools, standing };
  return {
    ...makeCriteriaService(parts),
    ...makeLifecycleService(parts),
    ...makeMembershipService(parts),
    ...makeCheckMoves(parts),
    ...makeReportMoves(parts),
    onCatalogueChanged: makeCatalogueHook(standing),
    failSilent: makeSilence(parts),
  };
}
