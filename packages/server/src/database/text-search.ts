// Searching in text, the same on every dialect.
import { OperatorNode, sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';

/** What both databases do by themselves where only the case of ASCII letters matters; on SQLite it is called `like`. */
const ilike = { toOperationNode: () => OperatorNode.create('ilike') };

/** Whether a column holds a text, whatever the case of its letters. `%` and `_` in it mean themselves. */
export function contains(column: Expression<string | null>, text: string): RawBuilder<SqlBool> {
  // On SQLite the lower case of other alphabets is made in JavaScript, which costs more than all the rest.
  return isAscii(text)
    ? sql<SqlBool>`${column} ${ilike} ${patternOf(text)} escape '\\'`
    : sql<SqlBool>`lower(${column}) like ${patternOf(text)} escape '\\'`;
}

/** Whether a column whose text is kept in lower case holds a text, whatever that one's case. */
export function containsLowerCase(column: Expression<string>, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${column} like ${patternOf(text)} escape '\\'`;
}

function isAscii(text: string): boolean {
  return Buffer.byteLength(text) === text.length;
}

function patternOf(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
