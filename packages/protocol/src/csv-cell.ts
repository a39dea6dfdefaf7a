// One cell of a CSV file that a spreadsheet may open.

/**
 * A text as one cell (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it: host names and notes come from
 * outside (OWASP, "CSV Injection").
 */
export function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r\n|%]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
