// A workstation for tests: activated at a stand-in server, with the driver that unpacks real installers.
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { runClient } from '../cli/cli.ts';
import { activate } from '../engine/activation.ts';
import { openEngine, type Engine } from '../engine/engine.ts';
import type { InstallerDriver } from '../engine/installer-driver.ts';
import { StateFolder } from '../state/state-folder.ts';
import { onTestFinished } from 'vitest';
import { contoso, StandInServer } from './stand-in-server.ts';
import { temporaryFolder } from './temporary-folder.ts';
import { TestHost } from './test-host.ts';

const old = contoso('3.22.1');
const fresh = contoso('3.23.0');

/** What an installed workstation has on its disk: files by their path below `folder`, and its server's address. */
interface Installed {
  readonly files: ReadonlyMap<string, Buffer>;
  readonly folder: string;
  readonly url: string;
}

let installedOnce: Promise<Installed> | undefined;

async function install(): Promise<Installed> {
  const workstation = await ContosoWorkstation.activated();
  const { server, folder } = workstation;
  server.publish([old, fresh]);
  server.assign(old, { requirement: 'mandatory', updateId: 'up_0' });
  const { status, told } = await workstation.run(['update', '--yes']);
  if (status !== 0) throw new Error(`The update ended with ${status}: ${told}`);
  const files = new Map<string, Buffer>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile()) files.set(relative(folder, path), await readFile(path));
  }
  return { files, folder, url: server.url };
}

/** A line that a person types. */
type Typed = string | (() => Promise<string> | string);

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
  /** What the person's environment says about their language. */
  language = 'en_US.UTF-8';

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

  /**
   * The same, with 3.22.1 installed by an update, and 3.23.0 in the catalogue. The update runs once in a test file; the
   * other workstations begin with a copy of what it left on the disk.
   */
  static async withOldVersion(): Promise<ContosoWorkstation> {
    installedOnce ??= install();
    const { files, folder, url } = await installedOnce;
    const workstation = await ContosoWorkstation.fresh();
    const { server } = workstation;
    server.publish([old, fresh]);
    server.assign(old, { requirement: 'mandatory', updateId: 'up_0' });
    for (const [name, bytes] of files) {
      const text = () => bytes.toString('utf8').replaceAll(folder, workstation.folder).replaceAll(url, server.url);
      const path = join(workstation.folder, name);
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, name.endsWith('.json') ? text() : bytes);
    }
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

  /** Runs a command line; `input` is what a person types, a line each, and what happens before they have typed it. */
  async run(args: readonly string[], input: readonly Typed[] = []): Promise<Ended> {
    const printed: string[] = [];
    const told: string[] = [];
    const lines = [...input];
    const status = await runClient({
      args: ['--state', this.state, ...args],
      environment: { LANG: this.language },
      host: this.host,
      terminal: {
        isInteractive: input.length > 0,
        print: (text) => printed.push(text),
        tell: (text) => told.push(text),
        readLine: async () => {
          const line = lines.shift() ?? null;
          return typeof line === 'function' ? await line() : line;
        },
      },
      ...(this.driver === undefined ? {} : { driver: this.driver }),
    });
    return { status, printed: printed.join('\n'), told: told.join('\n') };
  }
}
