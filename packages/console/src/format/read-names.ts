// Workstation names out of what a person pastes, or of a file.

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
