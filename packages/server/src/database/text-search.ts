// Searching in text, the same on every dialect.
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';

/** Whether a column holds a text, whatever the case of its (ASCII) letters. `%` and `_` in it mean themselves. */
export function contains(column: Expression<string | null>, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`lower(${column}) like ${patternOf(text)} escape '\\'`;
}

/** Whether a column whose text is kept in lower case holds a text, whatever that one's case. */
export function containsLowerCase(column: Expression<string>, text: string): RawBuilder<SqlBool> {
  return sql<SqlBool>`${column} like ${patternOf(text)} escape '\\'`;
}

function patternOf(text: string): string {
  return `%${text.toLowerCase().replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
}
