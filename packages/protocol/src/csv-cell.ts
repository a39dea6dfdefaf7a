// One cell of a CSV file that a spreadsheet may open.

/**
 * A text as one cell (RFC 4180). What a spreadsheet would take for a formula gets an apostrophe before it: host names and notes come from
 * outside (OWASP, "CSV Injection"). Also in the middle of the text, where a spreadsheet that separates by semicolons or tabs, as those
 * of many languages do, would begin a cell of its own: quotes do not hold it together there, and those before a sign are taken off.
 */
export function csvCell(text: string): string {
  const harmless = text.replace(/^(?=[\t\r\n])|(?<=^|[;\t\r\n]"*)(?=[=+\-@|%])/g, "'");
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
