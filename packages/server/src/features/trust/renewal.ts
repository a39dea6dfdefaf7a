// When metadata is made anew before it expires.
const day = 24 * 60 * 60 * 1000;

/**
 * Metadata with less left than this, in milliseconds, is made anew where its key is here. The snapshot follows the timestamp by
 * itself.
 */
export const renewBefore: Readonly<Record<'root' | 'targets', number>> = { root: 60 * day, targets: 30 * day };
