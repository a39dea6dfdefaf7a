// A workstation for tests: activated at a stand-in server, with the driver that unpacks real installers.
import { join } from 'node:path';
import { runClient } from '../cli/cli.ts';
import { activate } from '../engine/activation.ts';
import { openEngine, type Engine } from '../engine/engine.ts';
import type { InstallerDriver } from '../engine/installer-driver.ts';
import { StateFolder } from '../state/state-folder.ts';
import { onTestFinished } from 'vitest';
import { StandInServer } from './stand-in-server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { TestHost } from './test-host.ts';

/** What a command said, and how it ended. */
export interface Ended {
  readonly status: number;
  readonly printed: string;
  readonly told: string;
}

/** A workstation with its server. */
export class ContosoWorkstation {
  readonly host: TestHost;
  readonly server: StandInServer;
  readonly folder: string;
  driver: InstallerDriver | undefined;

  private constructor(host: TestHost, server: StandInServer, folder: string) {
    this.host = host;
    this.server = server;
    this.folder = folder;
  }

  /** A machine on which nothing is activated yet, and a server. */
  static async fresh(at?: string): Promise<ContosoWorkstation> {
    const host = new TestHost();
    if (at !== undefined) host.setClock(at);
    const server = await StandInServer.start(() => host.clock.now());
    return new ContosoWorkstation(host, server, await temporaryFolder());
  }

  /** The same, activated. */
  static async activated(at?: string): Promise<ContosoWorkstation> {
    const workstation = await ContosoWorkstation.fresh(at);
    const state = new StateFolder(workstation.state, () => undefined);
    const key = workstation.server.key;
    await activate(workstation.host, state, { key, product: null, unpackInto: workstation.applications });
    return workstation;
  }

  get state(): string {
    return join(this.folder, 'state');
  }

  get applications(): string {
    return join(this.folder, 'applications');
  }

  /** Opens the engine; it is closed when the test ends. */
  async open(): Promise<Engine> {
    const driver = this.driver === undefined ? {} : { driver: this.driver };
    const engine = await openEngine({ host: this.host, folder: this.state, product: null, ...driver });
    onTestFinished(() => engine.close());
    return engine;
  }

  /** Runs a command line; `input` is what a person types, a line each. */
  async run(args: readonly string[], input: readonly string[] = []): Promise<Ended> {
    const printed: string[] = [];
    const told: string[] = [];
    const lines = [...input];
    const status = await runClient({
      args: ['--state', this.state, ...args],
      environment: { LANG: 'en_US.UTF-8' },
      host: this.host,
      terminal: {
        isInteractive: input.length > 0,
        print: (text) => printed.push(text),
        tell: (text) => told.push(text),
        readLine: () => Promise.resolve(lines.shift() ?? null),
      },
      ...(this.driver === undefined ? {} : { driver: this.driver }),
    });
    return { status, printed: printed.join('\n'), told: told.join('\n') };
  }
}
