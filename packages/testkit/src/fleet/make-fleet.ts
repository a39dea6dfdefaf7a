// A fleet of simulated workstations with names, people and places, the same for the same seed.
import { randomBytes, randomUUID } from 'node:crypto';
import { SimulatedWorkstation, type SimulatedChance } from './simulated-workstation.ts';
import type { WireClient } from './wire-client.ts';

const offices = [
  { prefix: 'SAO', language: '1046', timeZone: 'America/Sao_Paulo' },
  { prefix: 'LIS', language: '2070', timeZone: 'Europe/Lisbon' },
  { prefix: 'MAD', language: '3082', timeZone: 'Europe/Madrid' },
  { prefix: 'NYC', language: '1033', timeZone: 'America/New_York' },
] as const;
const departments = ['FIN', 'OPS', 'LAB', 'DEV', 'HR'] as const;
const people = ['ana', 'bruno', 'carla', 'diego', 'elena', 'filipe', 'grace', 'hugo', 'ines', 'joao'] as const;

/** A generator of fractions from a seed (mulberry32), so that a fleet's luck can be repeated. */
export function seededFractions(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** What a fleet is made of. */
export interface FleetOptions {
  readonly size: number;
  readonly wire: WireClient;
  /** From 0 up to, not including, 1: see {@link seededFractions}. */
  readonly fraction: () => number;
  /** The share of installations that fail. */
  readonly failing: number;
  readonly now: () => Date;
  readonly installedVersion: string | null;
}

/** Makes a fleet. Nothing has been sent yet. */
export function makeFleet(options: FleetOptions): SimulatedWorkstation[] {
  const { fraction, failing, now, wire, installedVersion } = options;
  const chance: SimulatedChance = { randomBytes, fraction, failing, newReportId: randomUUID, now };
  return Array.from({ length: options.size }, (_, index) => {
    const office = pick(offices, fraction());
    const department = pick(departments, fraction());
    const hostname = `${office.prefix}-${department}-${String(index + 1).padStart(4, '0')}`;
    const user = `CONTOSO\\${pick(people, fraction())}`;
    const { language, timeZone } = office;
    return new SimulatedWorkstation({ hostname, user, language, timeZone, installedVersion }, wire, chance);
  });
}

function pick<T>(list: readonly T[], fraction: number): T {
  const chosen = list[Math.floor(fraction * list.length)];
  if (chosen === undefined) throw new RangeError('a fraction lies from 0 up to, not including, 1');
  return chosen;
}
