// Texts from workstations, made harmless where they enter: they end in lists, logs, exports and terminals.
import type { OperatingSystem, Report } from '@usher/protocol';
import type { z } from 'zod';
import type { checkRequestSchema } from '@usher/protocol';

type CheckRequest = z.output<typeof checkRequestSchema>;

// Unicode's categories Cc (controls) but for tab and line feed, and the marks that turn the reading direction round.
// eslint-disable-next-line no-control-regex -- those are what is looked for
const controls = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g;

/** A text of several lines without control characters (each is shown as U+FFFD), whatever the line ends it came with. */
export function plainText(text: string): string {
  return text.toWellFormed().replaceAll('\r\n', '\n').replace(controls, '\uFFFD');
}

/** A text of one line without control characters. */
export function plainLine(text: string): string {
  return plainText(text).replace(/[\t\n]/g, ' ');
}

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

function plainSystem({ platform, release, arch, language, timeZone }: OperatingSystem): OperatingSystem {
  return {
    platform: plainLine(platform),
    release: plainLine(release),
    arch: plainLine(arch),
    language: plainLine(language),
    timeZone: plainLine(timeZone),
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
