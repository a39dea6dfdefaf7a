// What the columns of every table are made of; the same on SQLite and PostgreSQL.
import type { ColumnType } from 'kysely';

/** An instant: ISO 8601 in UTC with milliseconds, so that text order is time order on every dialect. */
export type Instant = string;

/** 0 or 1, since SQLite has no boolean. */
export type Flag = number;

/** A JSON value as text. */
export type Json = string;

/** A column that can be null, and be left out when a row is made. */
export type Nullable<T> = ColumnType<T | null, T | null | undefined, T | null>;
