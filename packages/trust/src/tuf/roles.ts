// The four roles of the catalogue and how long what they sign is good for.

/** TUF's top-level roles. */
export const tufRoles = ['root', 'targets', 'snapshot', 'timestamp'] as const;

/** One of TUF's top-level roles. */
export type TufRole = (typeof tufRoles)[number];

const day = 24 * 60 * 60 * 1000;

/** How long metadata of each role is good for once signed, in milliseconds. */
export const tufLifetimes: Readonly<Record<TufRole, number>> = {
  root: 365 * day,
  targets: 90 * day,
  snapshot: 7 * day,
  timestamp: day,
};
