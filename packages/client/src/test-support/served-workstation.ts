// A workstation whose machine has an engine, for tests: what any program on it can ask, and what came of it.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { PipeRequest } from '../pipe/messages.ts';
import { askEngine } from '../pipe/pipe-client.ts';
import { engineIn } from '../service/public-folder.ts';
import { serve, type RunningEngine } from '../service/serve.ts';
import { asClientError } from '../client-error.ts';
import { ContosoWorkstation } from './contoso-workstation.ts';

/** A workstation with 3.22.1 installed and an engine that runs until the test ends. */
export class ServedWorkstation {
  readonly desk: ContosoWorkstation;
  #engine: RunningEngine;

  private constructor(desk: ContosoWorkstation, engine: RunningEngine) {
    this.desk = desk;
    this.#engine = engine;
  }

  static async create(): Promise<ServedWorkstation> {
    return await ServedWorkstation.of(await ContosoWorkstation.withOldVersion());
  }

  /** An engine on that workstation. */
  static async of(desk: ContosoWorkstation): Promise<ServedWorkstation> {
    return new ServedWorkstation(desk, await engineOf(desk));
  }

  get engine(): RunningEngine {
    return this.#engine;
  }

  /** Another engine, where the one of before was closed. */
  async serveAgain(): Promise<void> {
    this.#engine = await engineOf(this.desk);
  }

  /** What any program at this machine can do. */
  async ask(request: PipeRequest, options: Parameters<typeof askEngine>[3] = {}): Promise<unknown> {
    const found = await engineIn(this.desk.state);
    if (found === null) throw new Error('No engine is announced here.');
    return await askEngine(found, this.desk.host, request, options);
  }

  /** The code that the engine refuses a request with; `done` where it does not. */
  async refusal(request: PipeRequest): Promise<string> {
    return await refusal(this.ask(request));
  }

  /** What the server was told about an update, in order. */
  reported(updateId: string): readonly unknown[] {
    return this.desk.server.reports.filter((report) => report.updateId === updateId).map(({ state }) => state);
  }

  /** What lies unpacked on this machine. */
  async products(): Promise<readonly { readonly folder: string; readonly version: string }[]> {
    const text = await readFile(join(this.desk.state, 'installed.json'), 'utf8');
    return (JSON.parse(text) as { products: { folder: string; version: string }[] }).products;
  }

  async installed(): Promise<readonly string[]> {
    return (await this.products()).map(({ version }) => version);
  }
}

/** The code that something asked is refused with; `done` where it is not. */
export async function refusal(asking: Promise<unknown>): Promise<string> {
  return await asking.then(
    () => 'done',
    (error: unknown) => asClientError(error)?.code ?? String(error),
  );
}

async function engineOf(desk: ContosoWorkstation): Promise<RunningEngine> {
  const driver = desk.driver === undefined ? {} : { driver: desk.driver };
  const options = { host: desk.host, folder: desk.state, isMachineWide: false, runtimeFolder: null };
  const engine = await serve({ ...options, ...driver });
  onTestFinished(() => engine.close());
  return engine;
}
