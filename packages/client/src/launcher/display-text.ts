// Text that came from elsewhere (names, notes, log lines), made fit to be shown: no escapes, nothing invisible.

/** Escape sequences of terminals (ECMA-48): CSI, OSC and other strings up to their end, and two-character ones. */
const escapeSequences =
  // eslint-disable-next-line no-control-regex -- these are the characters to be removed
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[\]PX^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c)?|\u001b[ -/]*[0-~]/g;
/** Controls, and what changes the direction or hides between letters. Line feeds and tabs are dealt with apart. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/** One line: every run of white space becomes one space. At most `longest` characters. */
export function displayLine(text: string, longest = 300): string {
  const line = text.replace(escapeSequences, '').replace(/\s+/g, ' ').replace(invisible, '').trim();
  return shortened(line, longest);
}

/** The whole text with its line feeds, and nothing else left out: for what is put together from many places. */
export function displayText(text: string): string {
  // Most of what is said is plain, and a start is waited for.
  if (/^[\n -~]*$/.test(text)) return text;
  return text
    .replace(escapeSequences, '')
    .split(/\r\n|\r|\n/)
    .map((line) => line.replaceAll('\t', '  ').replace(invisible, ''))
    .join('\n');
}

/** Several lines, each cleaned; at most `mostLines`, each of at most 300 characters. */
export function displayLines(text: string, mostLines = 40): readonly string[] {
  const lines = text
    .replace(escapeSequences, '')
    .split(/\r\n|\r|\n/)
    .map((line) => shortened(line.replaceAll('\t', '  ').replace(invisible, '').trimEnd(), 300));
  return lines.length > mostLines ? [...lines.slice(0, mostLines), '…'] : lines;
}

function shortened(text: string, longest: number): string {
  const characters = Array.from(text);
  return characters.length > longest ? `${characters.slice(0, longest - 1).join('')}…` : text;
}
