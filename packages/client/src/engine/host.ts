// The machine as the client sees it: everything that a test wants to hold is handed in through this.
import { setTimeout as delay } from 'node:timers/promises';
import type { OperatingSystem } from '@usher/protocol';
import type { Clock } from '../clock.ts';
import type { LockEnvironment } from '../state/instance-lock.ts';
import type { NetworkSettings } from './network.ts';
import type { ProcessRunner } from './process-runner.ts';

/** What the machine says about itself. */
export interface MachineFacts {
  readonly hostname: string;
  readonly os: OperatingSystem;
  /** Who is signed in; null where nobody can be named. */
  readonly user: string | null;
}

/** The machine. */
export interface Host {
  readonly platform: NodeJS.Platform;
  readonly clock: Clock;
  readonly pid: number;
  isAlive(pid: number): boolean;
  /** Bytes from a cryptographic source. */
  random(length: number): Uint8Array;
  uuid(): string;
  readonly run: ProcessRunner;
  /** How it reaches servers. */
  readonly network: NetworkSettings;
  /** Bytes that may be written to the disk of a folder. */
  freeBytes(path: string): Promise<number>;
  facts(): MachineFacts;
  /**
   * An id of this machine that outlives the client; null where it has none. Rejects where that can't be read. Once known it
   * is the same for as long as the process runs.
   */
  machineId(): Promise<string | null>;
  wait(ms: number, signal?: AbortSignal): Promise<void>;
  /** The Windows folder; null elsewhere. */
  readonly systemRoot: string | null;
  /** The executable of the client; null where the client runs from its sources. */
  readonly program: string | null;
  /** Starts a program that goes on when this one has ended; it shows nothing. */
  startApart(program: string, args: readonly string[]): void;
}

/** What the lock of a state folder needs of the machine. */
export function lockEnvironment(host: Host): LockEnvironment {
  const { pid, clock } = host;
  // In the time of whoever holds it, which no test can move.
  const wait = async (ms: number) => {
    await delay(ms);
  };
  return { pid, clock, isAlive: (other) => host.isAlive(other), newId: () => host.uuid(), wait };
}
