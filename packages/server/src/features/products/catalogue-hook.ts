// What follows when it changes which versions of a product may run or be installed.
import type { Transaction } from '../../database/database.ts';
import type { Initiator } from '../../initiator.ts';

/**
 * Runs in the transaction that approves or disapproves an installer, adds or lifts a prohibition, after the change is written and the
 * catalogue is published. What it throws undoes the change.
 */
export type CatalogueHook = (tx: Transaction, productId: string, who: Initiator) => Promise<void>;
