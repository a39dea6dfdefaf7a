// Searching in text, the same on every dialect.
import { sql, type Expression, type RawBuilder, type SqlBool } from 'kysely';

/** Whether a column holds a text, whatever the case of its (ASCII) letters. `%` and `_` in it mean themselves. */
export function contains(column: Expression<string | null>, text: string): RawBuilder<SqlBool> {
  const pattern = `%${text.toLowerCase().replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  return sql<SqlBool>`lower(${column}) like ${pattern} escape '\\'`;
}
