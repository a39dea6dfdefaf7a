// What a file for a person says in place of the server's own words.

/** Words for the texts of a closed list; nothing where there is no value. */
export function inWords(word: (value: string) => string): (value: unknown) => string {
  return (value) => (typeof value === 'string' && value !== '' ? word(value) : '');
}

/** Words for a flag, which an export writes as `true` or `false`. */
export function yesOrNo(yes: string, no: string): (value: unknown) => string {
  return (value) => (value === 'true' ? yes : no);
}
