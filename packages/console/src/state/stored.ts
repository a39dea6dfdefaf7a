// Small choices that stay in this browser: columns, the theme and the language before the sign-in.

const prefix = 'usher.';

/** A stored text, or null. A browser that forbids storage is one where nothing is stored. */
export function readStored(name: string): string | null {
  try {
    return localStorage.getItem(prefix + name);
  } catch {
    return null;
  }
}

/** Stores a text, where the browser allows it. */
export function store(name: string, value: string): void {
  try {
    localStorage.setItem(prefix + name, value);
  } catch {
    // A browser without storage: the choice holds until the page is left.
  }
}
