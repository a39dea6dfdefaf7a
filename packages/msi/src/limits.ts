// The bounds that hold for every installer file, so that a hostile one cannot take memory or time without end.

/** Bytes of a stream that are read at once; two such buffers exist while a stream is read. */
export const CHUNK_BYTES = 512 * 1024;
/** Bytes of allocation-table sectors kept at once. */
export const SECTOR_CACHE_BYTES = 1024 * 1024;
/** Entries of a compound file's directory; packages of Visual Studio have a few thousand. */
export const MAX_DIRECTORY_ENTRIES = 16_384;
/** Sectors that the mini stream's chain may have beyond its size. */
export const MAX_SPARE_MINI_SECTORS = 1024;
/** Storages inside storages; embedded transforms use one level. */
export const MAX_STORAGE_DEPTH = 16;
/** Bytes of `_StringPool`: 1,048,576 strings. */
export const MAX_STRING_POOL_BYTES = 4 * 1024 * 1024;
/** Bytes of `_StringData`. */
export const MAX_STRING_DATA_BYTES = 24 * 1024 * 1024;
/** Columns of all tables together. */
export const MAX_COLUMNS = 32_768;
/** Rows of a table whose rows are only counted or added up. */
export const MAX_ROWS = 4_000_000;
/** Rows of a table whose texts are read. */
export const MAX_TEXT_ROWS = 65_536;
/** Rows of a table that becomes part of the facts. */
export const MAX_FACT_ROWS = 1024;
/** Characters that one column may have together; texts are stored once, but may be referred to by every row. */
export const MAX_CHARACTERS = 4 * 1024 * 1024;
/** Bytes of one text of the database that is read (before decoding). */
export const MAX_TEXT_BYTES = 16 * 1024;
/** Bytes of the summary information. */
export const MAX_SUMMARY_BYTES = 256 * 1024;
