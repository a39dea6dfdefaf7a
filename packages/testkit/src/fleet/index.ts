// A simulated fleet, for the demo, load and stories with many workstations.
export { fetchDirectorKeys } from './fetch-director-keys.ts';
export { makeFleet, seededFractions, type FleetOptions } from './make-fleet.ts';
export {
  SimulatedWorkstation,
  type SimulatedChance,
  type SimulatedMachine,
  type StartOutcome,
} from './simulated-workstation.ts';
export { UnexpectedAnswerError, WireClient } from './wire-client.ts';
