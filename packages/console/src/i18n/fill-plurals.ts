// Portuguese and Spanish have a third form, "many", from a million on; the texts here are the same as for "other".

/** Gives every plural that has `_other` but no `_many` the latter, so that no number falls through. */
export function fillPlurals(catalogue: Record<string, unknown>): Record<string, unknown> {
  const filled: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(catalogue)) {
    filled[key] = typeof value === 'object' && value !== null ? fillPlurals(value as Record<string, unknown>) : value;
    if (key.endsWith('_other')) filled[`${key.slice(0, -'_other'.length)}_many`] ??= value;
  }
  return filled;
}
