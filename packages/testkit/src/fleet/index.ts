// A simulated fleet, for the demo, load and stories with many workstations.
export { fetchDirectorKeys } from './fetch-director-keys.ts';
export { makeFleet, seededFractions } from './make-fleet.ts';
export type { SimulatedWorkstation } from './simulated-workstation.ts';
export { WireClient } from './wire-client.ts';
