// Whether the running code is inside a transaction, so that a query beside it is refused instead of waiting for ever.
import { AsyncLocalStorage } from 'node:async_hooks';

const scope = new AsyncLocalStorage<boolean>();

/** Code inside a transaction used something that goes around it. */
export class TransactionScopeError extends Error {
  readonly code = 'database.outside-transaction';
}

/** Runs code that counts as inside a transaction. */
export function insideTransaction<T>(work: () => Promise<T>): Promise<T> {
  return scope.run(true, work);
}

/** Runs code that does not, whoever started it: what happens after a commit. */
export function outsideTransaction<T>(work: () => T): T {
  return scope.run(false, work);
}

/** @throws TransactionScopeError inside a transaction: it would wait for itself, or not see what the transaction wrote */
export function refuseInsideTransaction(): void {
  if (scope.getStore() === true) {
    throw new TransactionScopeError('Inside a transaction every query goes through the transaction.');
  }
}
