// The only reader of the machine's clock in the console.

/** Milliseconds since 1970 by the browser's clock. */
export function now(): number {
  return Date.now();
}
