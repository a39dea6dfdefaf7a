// The protocol number that workstations and server exchange, with its dated history.

/**
 * The number of the protocol that this code speaks. Workstations stay in the field for years: a server
 * answers every number listed below, and a change that an older side would misread gets a new one.
 *
 * - 1 (2026-11): the first: activate, check with a signed policy, reports, TUF metadata.
 */
export const protocolNumber = 1;
