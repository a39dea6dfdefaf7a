// What crosses the wire: schemas, codes, event types, and the protocol number with its history.
export * from './console/accounts.ts';
export * from './console/common.ts';
export * from './console/events.ts';
export * from './console/installers.ts';
export * from './console/products.ts';
export * from './console/updates.ts';
export * from './console/workstations.ts';
export * from './event-types.ts';
export * from './ids.ts';
export * from './policy.ts';
export * from './primitives.ts';
export * from './problem-codes.ts';
export * from './problem.ts';
export * from './protocol-number.ts';
export * from './roles.ts';
export * from './start-codes.ts';
export * from './workstation-api.ts';
