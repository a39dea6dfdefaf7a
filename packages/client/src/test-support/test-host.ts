// A machine for tests: the real disk, network and processes; time, waiting, names and free space in the test's hand.
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Host } from '../engine/host.ts';
import { networkOf } from '../engine/network.ts';
import { runProcess } from '../engine/process-runner.ts';

/** A host whose time goes on only where the test, or a wait, moves it. */
export class TestHost implements Host {
  readonly platform = 'linux' as const;
  readonly systemRoot = null;
  /** The executable that the client takes itself for. */
  program: string | null = null;
  /** Command lines of what was started apart; none of it runs. */
  readonly startedApart: (readonly string[])[] = [];
  /** Another one for each process that the test plays; only the present one lives. */
  pid = process.pid;
  readonly run = runProcess;
  readonly network = networkOf('linux', {});
  /** Every wait that was asked for, in milliseconds; none is waited for. */
  readonly waits: number[] = [];
  free = 1e12;
  machine = 'machine-1';
  #now = Date.parse('2026-11-22T08:00:00.000Z');
  #sinceBoot = 1_000_000;

  readonly clock = { now: () => this.#now, sinceBoot: () => this.#sinceBoot };

  /** Lets time pass. */
  pass(ms: number): void {
    this.#now += ms;
    this.#sinceBoot += ms;
  }

  /** Sets the machine's clock, as a person can. */
  setClock(instant: string): void {
    this.#now = Date.parse(instant);
  }

  /** Starts the machine anew: its count begins again. */
  reboot(): void {
    this.#sinceBoot = 1_000;
  }

  startApart(program: string, args: readonly string[]): void {
    this.startedApart.push([program, ...args]);
  }

  isAlive(pid: number): boolean {
    return pid === this.pid;
  }

  random(length: number): Uint8Array {
    return randomBytes(length);
  }

  uuid(): string {
    return randomUUID();
  }

  freeBytes(): Promise<number> {
    return Promise.resolve(this.free);
  }

  facts() {
    const os = { platform: 'linux', release: '6.1', arch: 'x64', language: 'en', timeZone: 'Europe/Lisbon' };
    return { hostname: 'desk-1', os, user: 'ana' };
  }

  machineId(): Promise<string | null> {
    return Promise.resolve(createHash('sha256').update(this.machine).digest('hex'));
  }

  wait(ms: number): Promise<void> {
    this.waits.push(ms);
    this.pass(ms);
    return Promise.resolve();
  }
}
