// Texts from machines, made harmless where they enter: they end in lists, logs, exports and terminals.
import type { OperatingSystem } from '@usher/protocol';

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

/** What a machine says of its system, in plain lines. */
export function plainSystem({ platform, release, arch, language, timeZone }: OperatingSystem): OperatingSystem {
  return {
    platform: plainLine(platform),
    release: plainLine(release),
    arch: plainLine(arch),
    language: plainLine(language),
    timeZone: plainLine(timeZone),
  };
}
