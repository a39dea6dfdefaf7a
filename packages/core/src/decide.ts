// The rule itself: may this workstation start the application now, and if not as it is, what must happen first.
import { effectiveEnforcement } from './effective-enforcement.ts';
import { hourMs, parseInstant } from './instant.ts';
import type { Action, Facts, Policy, PolicyAssignment, Prohibition, Reason, Verdict, VerdictCode } from './policy.ts';
import { isBelow, sameVersion } from './versions.ts';

/**
 * The verdict for a policy and the facts of one start. The steps bear the numbers of the rules' order; the first
 * that applies decides.
 *
 * Never throws. The boundary refuses instants and versions that can't be read; should one arrive here all the same,
 * it counts on the strict side: an unreadable `pass.until` is no pass, an unreadable `issuedAt` (or a grace that is
 * no number) an expired policy, `startsAt` a start that is over, `cutoffAt` a cut-off that has passed,
 * `relaxedUntil` no relaxation, `enforcementUntil` a suspension that is over, and an unreadable `now` all of these.
 * An unreadable installed version is unknown; an unreadable number in a prohibition equals no version.
 */
export function decide(policy: Policy, facts: Facts): Verdict {
  const enforced = decideEnforced(policy, facts);
  const { enforcement, enforcementUntil } = policy.product;
  return effectiveEnforcement(enforcement, enforcementUntil, facts.now) === 'observe'
    ? asObserved(enforced, facts)
    : enforced;
}

function decideEnforced(policy: Policy, facts: Facts): Verdict {
  const now = parseInstant(facts.now);
  const installed = facts.installedVersion;

  // 1. The workstation itself. What is not authorized is refused, whatever it is called.
  if (policy.workstation.status === 'disabled') return verdict('block', 'workstation-disabled', 1008);
  if (policy.workstation.status !== 'authorized') return verdict('block', 'workstation-pending', 1002);

  // 2. A pass lets start what is there.
  if (policy.pass !== null && installed !== null && parseInstant(policy.pass.until) > now)
    return verdict('run', 'pass');

  // 3. Offline for longer than the product allows.
  if (!facts.online && policy.offline.then === 'block' && !isWithinGrace(policy, now)) {
    return verdict('block', 'policy-expired', 2031);
  }

  // 4. The assignment that asks something of this workstation now, if there is one.
  const live = liveAssignment(policy, installed, now);

  // 5. Nothing is installed.
  if (installed === null) {
    return live === null ? verdict('block', 'not-installed', 2030) : toTarget('require', 'not-installed', live);
  }

  // 6. The installed version may not run.
  if (isProhibited(policy.prohibited, installed)) return wayOut('version-prohibited', 2028, live);

  // 7. The server does not know the installed version.
  if (policy.product.unknownVersions === 'block' && !policy.known.some((known) => sameVersion(known, installed))) {
    return wayOut('version-unknown', 2029, live);
  }

  // 8. and 9. An update is asked for.
  if (live !== null) return decideLive(live, policy, facts, now);

  // 10. Nothing is asked.
  return verdict('run', whyNothing(policy, installed));
}

function decideLive(live: PolicyAssignment, policy: Policy, facts: Facts, now: number): Verdict {
  const isUnreachable = !facts.online && !facts.targetOnDisk;
  const isPastCutoff = live.cutoffAt !== null && !(parseInstant(live.cutoffAt) > now);
  if (live.requirement === 'optional' && !isPastCutoff) {
    return isUnreachable ? verdict('run', 'update-unreachable') : toTarget('offer', 'optional-update', live);
  }
  if (live.relaxedUntil !== null && parseInstant(live.relaxedUntil) > now) {
    return toTarget('offer', 'update-relaxed', live);
  }
  // Nobody is locked out by an update that can't be had, unless the product asks for that.
  if (isUnreachable && policy.offline.then === 'run') return verdict('run', 'update-unreachable');
  return toTarget('require', live.requirement === 'optional' ? 'cutoff-passed' : 'mandatory-update', live);
}

function isWithinGrace(policy: Policy, now: number): boolean {
  const { graceHours } = policy.offline;
  return graceHours > 0 && now <= parseInstant(policy.issuedAt) + graceHours * hourMs;
}

function liveAssignment(policy: Policy, installed: string | null, now: number): PolicyAssignment | null {
  const { assignment } = policy;
  if (assignment === null) return null;
  const startsLater = assignment.startsAt !== null && parseInstant(assignment.startsAt) > now;
  const { version } = assignment.target;
  const isThere = installed !== null && sameVersion(version, installed);
  return startsLater || isThere || isProhibited(policy.prohibited, version) ? null : assignment;
}

/** True where one of the prohibitions names `version`, or everything below a number that is above it. */
export function isProhibited(prohibited: readonly Prohibition[], version: string): boolean {
  return prohibited.some((prohibition) =>
    'version' in prohibition ? sameVersion(prohibition.version, version) : isBelow(version, prohibition.below),
  );
}

function whyNothing(policy: Policy, installed: string): Reason {
  if (policy.assignment === null) return 'no-update';
  const { version } = policy.assignment.target;
  if (sameVersion(version, installed)) return 'up-to-date';
  return isProhibited(policy.prohibited, version) ? 'no-update' : 'not-started-yet';
}

function wayOut(reason: Reason, code: VerdictCode, live: PolicyAssignment | null): Verdict {
  return live === null ? verdict('block', reason, code) : toTarget('require', reason, live, code);
}

function toTarget(
  action: 'offer' | 'require',
  reason: Reason,
  live: PolicyAssignment,
  code: VerdictCode | null = null,
): Verdict {
  const showsCutoff = reason === 'optional-update' || reason === 'cutoff-passed';
  return {
    action,
    code,
    reason,
    target: live.target.version,
    cutoffAt: showsCutoff ? live.cutoffAt : null,
    observed: null,
  };
}

function verdict(action: Action, reason: Reason, code: VerdictCode | null = null): Verdict {
  return { action, code, reason, target: null, cutoffAt: null, observed: null };
}

/** What an observed product does instead: it starts, and says what enforcement would have done. */
function asObserved(enforced: Verdict, facts: Facts): Verdict {
  const { action, code, reason } = enforced;
  const observed = { action, code, reason };
  if (action === 'require') return { ...enforced, action: 'offer', code: null, observed };
  // A disabled workstation stays refused, and what is not installed can't start.
  if (action !== 'block' || code === 1008 || facts.installedVersion === null) return enforced;
  return { ...enforced, action: 'run', code: null, observed };
}
