// Checks and reports as they are worked with: every text of theirs in plain lines.
import type { CheckRequest, MachineAlarm, Report, StartReport } from '@usher/protocol';
import { plainLine, plainSystem, plainText } from '../../plain-text.ts';

function maybe(text: string | null): string | null;
function maybe(text: string | null | undefined): string | null | undefined;
function maybe(text: string | null | undefined): string | null | undefined {
  return typeof text === 'string' ? plainLine(text) : text;
}

/** A check as it is worked with. The nonce stays as it came: it is compared, never shown. */
export function plainCheck(request: CheckRequest): CheckRequest {
  const { product, installedVersion, productCode, user, hostname, os } = request;
  return {
    ...request,
    ...(product === undefined ? {} : { product: plainLine(product) }),
    installedVersion: maybe(installedVersion),
    productCode: maybe(productCode),
    user: maybe(user),
    hostname: plainLine(hostname),
    os: plainSystem(os),
  };
}

/** A report as it is kept. */
export function plainReport(report: Report): Report {
  const { updateId, detail, logTail } = report;
  return {
    ...report,
    updateId: plainLine(updateId),
    ...(detail === undefined ? {} : { detail: plainText(detail) }),
    ...(logTail === undefined ? {} : { logTail: plainText(logTail) }),
  };
}

/** A start as it is recorded. */
export function plainStart(start: StartReport): StartReport {
  const { product, installedVersion, reason } = start;
  return {
    ...start,
    product: plainLine(product),
    installedVersion: maybe(installedVersion),
    ...(typeof reason === 'string' ? { reason: plainLine(reason) } : {}),
  };
}

/** An alarm as it is recorded. */
export function plainAlarm(alarm: MachineAlarm): MachineAlarm {
  return { ...alarm, detail: plainLine(alarm.detail) };
}
