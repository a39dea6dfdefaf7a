// Failed attempts, taken out of the events as they come and summed up by workstation, cause and day, later by month.
import { sql } from 'kysely';
import type { Reader, Transaction } from '../../database/database.ts';

/** One failed attempt. */
export interface Failure {
  readonly seq: number;
  readonly at: string;
  readonly updateId: string;
  readonly workstationId: string;
  readonly cause: string;
}

/** The cause of a failure as it is kept: code and exit code. */
function causeOf(code: number | null, exitCode: number | null): string {
  return `${code ?? ''}/${exitCode ?? ''}`;
}

/** Code and exit code of a cause. */
export function codesOf(cause: string): { readonly code: number | null; readonly exitCode: number | null } {
  const [code = '', exitCode = ''] = cause.split('/');
  return { code: code === '' ? null : Number(code), exitCode: exitCode === '' ? null : Number(exitCode) };
}

const failureEvents = ['assignment.failed', 'assignment.rolled-back'] as const;

/** The number of the last event that was taken in. */
export async function readCursor(read: Reader): Promise<number> {
  const row = await read.selectFrom('historyCursor').select('seq').where('id', '=', 1).executeTakeFirst();
  return row?.seq ?? 0;
}

export async function writeCursor({ db }: Transaction, seq: number): Promise<void> {
  await db.updateTable('historyCursor').set({ seq }).where('id', '=', 1).execute();
}

/** Failed attempts that the events tell of, after one of them, oldest first. */
export async function failuresAfter(read: Reader, seq: number, limit: number): Promise<Failure[]> {
  const rows = await read
    .selectFrom('events')
    .select(['seq', 'at', 'objectId', 'data'])
    .where('type', 'in', failureEvents)
    .where('seq', '>', seq)
    .orderBy('seq')
    .limit(limit)
    .execute();
  return rows.map((row) => {
    const data = JSON.parse(row.data) as {
      workstation?: { id?: string };
      code?: number | null;
      exitCode?: number | null;
    };
    return {
      seq: row.seq,
      at: row.at,
      updateId: row.objectId,
      workstationId: data.workstation?.id ?? '',
      cause: causeOf(data.code ?? null, data.exitCode ?? null),
    };
  });
}

/** Adds failed attempts to their days. */
export async function addFailures({ db }: Transaction, failures: readonly Failure[]): Promise<void> {
  for (const { at, updateId, workstationId, cause } of failures) {
    await db
      .insertInto('failureHistory')
      .values({ period: at.slice(0, 10), updateId, cause, workstationId, number: 1, lastAt: at })
      .onConflict((conflict) =>
        conflict.columns(['period', 'updateId', 'cause', 'workstationId']).doUpdateSet((e) => ({
          number: e('failureHistory.number', '+', e.ref('excluded.number')),
          lastAt: e.ref('excluded.lastAt'),
        })),
      )
      .execute();
  }
}

/** Sums the days before an instant's month up to months, and forgets the months before another. */
export async function sumUpFailures({ db }: Transaction, monthsBefore: string, forgetBefore: string): Promise<void> {
  const month = monthsBefore.slice(0, 7);
  await db.deleteFrom('failureHistory').where('period', '<', forgetBefore.slice(0, 7)).execute();
  const days = sql<boolean>`length(${sql.ref('period')}) = 10`;
  const rows = await db
    .selectFrom('failureHistory')
    .select(sql<string>`substr(${sql.ref('period')}, 1, 7)`.as('month'))
    .distinct()
    .where('period', '<', month)
    .where(days)
    .execute();
  for (const { month: period } of rows) {
    const those = db
      .selectFrom('failureHistory')
      .where('period', '>=', period)
      .where('period', '<', `${period}-99`)
      .where(days);
    await db
      .insertInto('failureHistory')
      .columns(['period', 'updateId', 'cause', 'workstationId', 'number', 'lastAt'])
      .expression(
        those
          .select((e) => [
            e.val(period).as('month'),
            'updateId',
            'cause',
            'workstationId',
            e.fn.sum<number>('number').as('number'),
            e.fn.max('lastAt').as('lastAt'),
          ])
          .groupBy(['updateId', 'cause', 'workstationId']),
      )
      .execute();
    await db
      .deleteFrom('failureHistory')
      .where('period', '>=', period)
      .where('period', '<', `${period}-99`)
      .where(days)
      .execute();
  }
}
