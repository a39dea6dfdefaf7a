// What `status` and `check` print for people: a line each, in words; programs take --json.
import type { Reason, Verdict } from '@usher/core';
import { displayLine } from '../launcher/display-text.ts';

/** What is printed; everything but the verdict and the pass as it is called. */
export interface StatusFields {
  readonly verdict?: Verdict | null;
  readonly pass?: { readonly until: string; readonly reason: string } | null;
  readonly [name: string]: unknown;
}

/** `name: value`, one a line; what came from elsewhere is cleaned, what there is none of is left out. */
export function statusLines({ verdict = null, pass = null, ...fields }: StatusFields): readonly string[] {
  const said = Object.entries(fields).flatMap(([name, value]) => {
    if (value === null || value === undefined || (Array.isArray(value) && value.length === 0)) return [];
    return [`${name}: ${displayLine(inWords(value))}`];
  });
  return [
    ...said,
    ...(verdict === null ? [] : [`a start now: ${displayLine(verdictInWords(verdict))}`]),
    ...(pass === null ? [] : [`pass: until ${displayLine(pass.until)} (${displayLine(pass.reason)})`]),
  ];
}

function inWords(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(', ') : JSON.stringify(value);
}

function verdictInWords({ action, target, code, reason, cutoffAt }: Verdict): string {
  const version = target === null ? '' : ` version ${target}`;
  const what = {
    run: 'starts the application',
    offer: `offers${version}`,
    require: `requires${version}`,
    block: 'is refused',
  }[action];
  const number = code === null ? '' : `, code ${code}`;
  const cutoff = cutoffAt === null ? '' : `; required from ${cutoffAt}`;
  return `${what}${number}: ${reasons[reason]}${cutoff}`;
}

const reasons: Readonly<Record<Reason, string>> = {
  'workstation-disabled': 'this workstation was disabled',
  'workstation-pending': 'this workstation waits for approval',
  pass: 'a pass allows it',
  'policy-expired': 'the rules have expired, and the server cannot be reached',
  'not-installed': 'nothing is installed',
  'version-prohibited': 'the installed version is prohibited',
  'version-unknown': 'the installed version is not known to the administrator',
  'update-unreachable': 'the update that waits cannot be had just now',
  'optional-update': 'an update is there, and not required yet',
  'update-relaxed': 'the update is not required for the time being',
  'cutoff-passed': 'the update was optional until its cut-off',
  'mandatory-update': 'the update is required',
  'up-to-date': 'what is installed is what is planned',
  'not-started-yet': 'the update that is planned begins later',
  'no-update': 'no update is planned',
};
