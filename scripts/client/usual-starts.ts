// Three starts as they happen every day, at a server of their own, for whoever wants to know what a start runs.
import { existsSync } from 'node:fs';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ContentServer, contentProduct } from './content-server.ts';
import type { RunningNode, UsualMachine } from './usual-machine.ts';

const longestMs = 120_000;
const pollMs = 20;
/** Nothing listens there: reserved, and refused at once. */
const refusing = 'http://127.0.0.1:1';

/** Workstations on which an application is installed, to be started; dispose of them when it is over. */
export class UsualStarts implements AsyncDisposable {
  /** What the client is called with, one start after the other. */
  readonly commandLines: readonly (readonly string[])[];
  readonly #server: ContentServer;
  readonly #engine: RunningNode | null;

  private constructor(server: ContentServer, engine: RunningNode | null, commandLines: UsualStarts['commandLines']) {
    this.#server = server;
    this.#engine = engine;
    this.commandLines = commandLines;
  }

  /**
   * Where the machine has an engine of its own, every start would ask that one: it is left alone.
   * @param client what its Node is called with to be the client
   */
  static async prepare(machine: UsualMachine, client: readonly string[]): Promise<UsualStarts> {
    const server = new ContentServer();
    if (machine.hasEngine) return new UsualStarts(server, null, [['--version']]);
    await server.listen();
    const [online, offline, served] = ['online', 'offline', 'served'].map((name) => join(machine.folder, name)) as [
      string,
      string,
      string,
    ];
    const withState = (state: string, args: readonly string[]) => ['--state', machine.named(state), ...args];
    const call = (args: readonly string[]) => machine.node([...client, ...withState(online, args)]);
    try {
      await mkdir(online, { recursive: true });
      await call(['activate', '--key', server.installationKey, ...machine.activation]);
      const { name, upgradeCode } = contentProduct;
      await machine.install({ name, upgradeCode, productCode: upgradeCode, version: '1.0.0' }, online);
      await call(['check']);
      await cp(online, served, { recursive: true });
      await cp(online, offline, { recursive: true });
      for (const file of ['identity.json', 'identity.copy.json']) {
        const text = await readFile(join(offline, file), 'utf8');
        await writeFile(join(offline, file), text.replaceAll(server.url, refusing));
      }
    } catch (error) {
      server.close();
      throw error;
    }
    const engine = await machine.startNode([...client, ...withState(served, ['service', 'run'])]);
    const start = ['start', '--ui', 'none', '--', ...machine.application];
    const commandLines = [online, offline, served].map((state) => withState(state, start));
    const starts = new UsualStarts(server, engine, commandLines);
    for (let waited = 0; !existsSync(join(served, 'public', 'engine.json')); waited += pollMs) {
      if (!engine.hasEnded() && waited < longestMs) await delay(pollMs);
      else {
        await starts[Symbol.asyncDispose]();
        throw new Error(`the engine did not begin to listen: ${await engine.said()}`);
      }
    }
    return starts;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#engine?.end();
    this.#server.close();
  }
}
