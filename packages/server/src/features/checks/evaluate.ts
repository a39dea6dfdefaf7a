// What a check comes to, by the rules: which update goes into the policy, the policy itself, and the verdict. Nothing is read or written here.
import {
  decide,
  formatInstant,
  isProhibited,
  parseInstant,
  prohibitedFor,
  selectAssignment,
  versionSortKey,
  type AssignedUpdate,
  type AssignmentState,
  type Background,
  type OnFailure,
  type Policy,
  type PolicyAssignment,
  type Requirement,
  type Selection,
  type UpdateState,
  type Verdict,
  type WorkstationStatus,
} from '@usher/core';
import { protocolNumber, type CheckRequest } from '@usher/protocol';
import type { ActivePass } from '../passes/read-model.ts';
import { enforcementOf, type ProductRow } from '../products/read-model.ts';
import { cutoffThere, targetThere, whyNotApplicable, type Held } from '../updates/service.ts';
import type { ProductCatalogue } from './catalogue-cache.ts';

/** Everything that a check is decided by. */
export interface CheckContext {
  readonly request: CheckRequest;
  readonly workstation: { readonly id: string; readonly status: string };
  readonly product: ProductRow;
  readonly catalogue: ProductCatalogue;
  readonly held: readonly Held[];
  readonly pass: ActivePass | null;
  readonly head: { readonly seq: number; readonly hash: string };
  /** The server's time. */
  readonly now: string;
}

/** What it comes to. */
export interface Evaluation {
  readonly selection: Selection;
  /** The assignment that the policy carries. */
  readonly carried: Held | null;
  readonly policy: Policy;
  readonly verdict: Verdict;
  /** The version that the rules want there; null where they want none. */
  readonly desiredVersion: string | null;
  /** Why an assignment is not applicable, by update. */
  readonly whyNot: ReadonlyMap<string, string>;
  /** Scheduled updates whose time has come. */
  readonly due: readonly string[];
}

/** Decides. */
export function evaluate(context: CheckContext): Evaluation {
  const { request, held, now } = context;
  const { installedVersion } = request;
  const there = new Map(held.map((one) => [one.updateId, targetFor(context, one)]));
  const assigned = held.map((one): AssignedUpdate => {
    const target = there.get(one.updateId);
    return {
      updateId: one.updateId,
      number: one.number,
      state: one.update as UpdateState,
      startsAt: one.startedAt ?? one.startsAt,
      targetVersion: one.targetVersion,
      requirement: one.requirement as Requirement,
      cutoffAt: cutoffThere(one, request.os.timeZone),
      isSuspended: target === undefined || target.isSuspended,
      hasInstaller: target !== undefined && target.installer !== null,
      assignment: one.assignment as AssignmentState,
    };
  });
  const selection = selectAssignment(assigned, { now, installedVersion });
  const carried = held.find(({ updateId }) => updateId === selection.carried?.updateId) ?? null;
  const policy = policyOf(context, selection, carried);
  const verdict = decide(policy, { installedVersion, now, online: true, targetOnDisk: false });
  return {
    selection,
    carried,
    policy,
    verdict,
    desiredVersion: desiredOf(policy, now),
    whyNot: new Map(
      held.flatMap((one): [string, string][] => {
        const reason = there.get(one.updateId)?.reason ?? null;
        return reason === null ? [] : [[one.updateId, whyNotApplicable(reason, one.targetVersion, request.os.arch)]];
      }),
    ),
    due: selection.updateEvents.filter(({ event }) => event === 'begin').map(({ updateId }) => updateId),
  };
}

function targetFor({ catalogue, request }: CheckContext, one: Held) {
  const { arch, language } = request.os;
  return targetThere(catalogue.installers, one.targetVersion, { osArch: arch, osLanguage: language });
}

function policyOf(context: CheckContext, selection: Selection, carried: Held | null): Policy {
  const { request, workstation, product, catalogue, pass, head, now } = context;
  const enforcement = enforcementOf(product, now);
  return {
    protocol: protocolNumber,
    workstation: { id: workstation.id, status: workstation.status as WorkstationStatus },
    product: {
      id: product.id,
      name: product.name,
      upgradeCode: product.upgradeCode,
      enforcement,
      // So that an observation with an end also ends on a machine that is offline by then.
      enforcementUntil: enforcement === 'observe' ? product.enforcementUntil : null,
      unknownVersions: product.unknownVersions as 'allow' | 'block',
      ...closing(product),
    },
    known: knownVersions(catalogue),
    prohibited: prohibitedFor(catalogue.prohibitions, catalogue.installers, {
      platform: { architecture: request.os.arch, language: request.os.language },
      installedVersion: request.installedVersion,
      productCode: request.productCode ?? null,
    }),
    assignment: carried === null ? null : assignmentOf(context, selection, carried),
    pass: pass === null ? null : { until: pass.until, reason: pass.reason },
    offline: { graceHours: product.graceHours, then: product.offlineThen as 'run' | 'block' },
    log: { seq: head.seq, hash: head.hash },
    issuedAt: formatInstant(parseInstant(now)),
    nonce: request.nonce,
  };
}

/** Each approved version once, the lowest first. */
function knownVersions({ installers }: ProductCatalogue): string[] {
  const approved = installers.filter(({ decision }) => decision === 'approved');
  const byKey = new Map(approved.map(({ version }) => [versionSortKey(version), version]));
  return [...byKey].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, version]) => version);
}

function assignmentOf(context: CheckContext, selection: Selection, carried: Held): PolicyAssignment | null {
  const { installer } = targetFor(context, carried);
  if (installer === null) return null;
  const { id, version, targetPath, sha256, size, productCode, upgradeCode, architecture, releaseNotes } = installer;
  return {
    updateId: carried.updateId,
    target: { version, installerId: id, path: targetPath, sha256, size, productCode, upgradeCode, architecture },
    requirement: selection.carried?.requirement ?? (carried.requirement as Requirement),
    cutoffAt: cutoffThere(carried, context.request.os.timeZone),
    startsAt: carried.startsAt,
    relaxedUntil: (carried.onFailure as OnFailure) === 'relax' ? carried.relaxedUntil : null,
    releaseNotes,
    deferral: null,
    ...(carried.background === 'none' ? {} : { background: carried.background as Background }),
  };
}

/** Left out where what became prohibited is only said: so the policy of before stays as it was. */
function closing({ whenProhibited, closeAfterMinutes }: CheckContext['product']) {
  return whenProhibited === 'close' ? ({ whenProhibited, closeAfterMinutes } as const) : {};
}

function desiredOf({ assignment, prohibited }: Policy, now: string): string | null {
  if (assignment === null) return null;
  const isLater = assignment.startsAt !== null && parseInstant(assignment.startsAt) > parseInstant(now);
  return isLater || isProhibited(prohibited, assignment.target.version) ? null : assignment.target.version;
}
