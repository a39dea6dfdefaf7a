// Whether something failed for want of room on a disk: the server's own, or its database's.

/** SQLITE_FULL: https://sqlite.org/rescode.html#full. What stands above the lowest byte tells kinds of it apart. */
const sqliteFull = 13;

/** What Node calls a full disk or a used up quota, and PostgreSQL (appendix A, class 53) its own full disk. */
const codes: ReadonlySet<unknown> = new Set(['ENOSPC', 'EDQUOT', '53100']);

/** Whether that is why it failed; whether it is tried again makes no difference until somebody makes room. */
export function isOutOfRoom(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if ('errcode' in error && typeof error.errcode === 'number') return (error.errcode & 0xff) === sqliteFull;
  return 'code' in error && codes.has(error.code);
}
