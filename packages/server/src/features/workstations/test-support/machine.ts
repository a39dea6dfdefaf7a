// A machine as a test plays it: with a key pair of its own, activating itself.
import { randomBytes } from 'node:crypto';
import type { ActivateAnswer, createdInstallationKeySchema } from '@usher/protocol';
import { generateSigningKey, signProof, type SigningKey } from '@usher/trust';
import type * as z from 'zod';

/** Who calls the API: as much of the testkit's client as is needed here. */
interface Caller {
  post<T>(path: string, body?: unknown, status?: number): Promise<T>;
}

/** An installation key as it is answered once. */
export type CreatedKey = z.output<typeof createdInstallationKeySchema>;

/** Hands out an installation key. */
export function makeKey(owner: Caller, request: Readonly<Record<string, unknown>> = {}): Promise<CreatedKey> {
  return owner.post<CreatedKey>('/installation-keys', { label: 'Floor 3', ...request }, 201);
}

/** A machine with its key pair. */
export interface Machine {
  readonly machineId: string;
  readonly hostname: string;
  readonly key: SigningKey;
}

/** A machine that was never activated. */
export function newMachine(hostname = 'PC-0001', machineId: string = randomBytes(8).toString('hex')): Machine {
  return { machineId, hostname, key: generateSigningKey(randomBytes) };
}

/** The operating system of every such machine. */
export const machineSystem = {
  platform: 'win32',
  release: '10.0.19045',
  arch: 'x64',
  language: '1033',
  timeZone: 'Europe/Lisbon',
};

/** The body of an activation. */
export function activationOf(machine: Machine, installationKey: string, more: Readonly<Record<string, unknown>> = {}) {
  const { machineId, hostname, key } = machine;
  const { publicKey } = key;
  return { installationKey, machineId, publicKey, hostname, os: machineSystem, protocol: 1, ...more };
}

/** Activates a machine. */
export function activate(
  anonymous: Caller,
  machine: Machine,
  installationKey: string,
  more: Readonly<Record<string, unknown>> = {},
): Promise<ActivateAnswer> {
  return anonymous.post<ActivateAnswer>('/workstation/activate', activationOf(machine, installationKey, more), 201);
}

/** A proof by the machine's key that it is the workstation, and wants that (perhaps new) key from now on. */
export function proofOf(
  machine: Machine,
  workstationId: string,
  at: string,
  publicKey = machine.key.publicKey,
): string {
  return signProof({ workstationId, machineId: machine.machineId, publicKey, at }, machine.key);
}
