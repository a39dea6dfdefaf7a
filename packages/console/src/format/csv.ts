// Comma-separated values as spreadsheets read them safely, and names read back from what a person pastes.

/** A cell that a spreadsheet would take for a formula gets an apostrophe before it; quotes are doubled (RFC 4180). */
function cell(value: string): string {
  const safe = /^[\s]*[=+\-@\t\r]/.test(value) && !/^-?\d+([.,]\d+)?$/.test(value) ? `'${value}` : value;
  return /[",\r\n;]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** Rows as CSV with a byte-order mark, so that spreadsheets read it as UTF-8. */
export function toCsv(rows: readonly (readonly string[])[]): string {
  return `\uFEFF${rows.map((row) => row.map(cell).join(',')).join('\r\n')}\r\n`;
}

/**
 * Workstation names out of pasted text or a CSV file: separated by line breaks, commas, semicolons or tabs;
 * quotes and surrounding space go, a header `hostname`, `name` or `workstation` goes, each name stays once.
 */
export function readNames(text: string): string[] {
  const names = text
    .replace(/^\uFEFF/, '')
    .split(/[\r\n,;\t]+/)
    .map((name) =>
      name
        .trim()
        .replace(/^"(.*)"$/, '$1')
        .trim(),
    )
    .filter((name) => name !== '');
  const first = names[0]?.toLowerCase();
  const rest = first !== undefined && ['hostname', 'name', 'workstation'].includes(first) ? names.slice(1) : names;
  const seen = new Set<string>();
  return rest.filter((name) => {
    const key = name.toLowerCase();
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}

/** Hands a file to the person. */
export function download(fileName: string, type: string, content: string): void {
  const url = URL.createObjectURL(new Blob([content], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = fileName;
  document.body.append(link);
  link.click();
  link.remove();
  URL.revokeObjectURL(url);
}
