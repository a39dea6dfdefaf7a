// Texts from outside as every database can keep them.

/**
 * A text as every database gives it back: without NUL, which PostgreSQL refuses, and without halves of surrogate pairs,
 * which UTF-8 cannot hold. Each is replaced by U+FFFD.
 */
export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}
