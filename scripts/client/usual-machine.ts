// Where the build makes its usual starts: what every such machine can do, and this Linux itself.
import { execFile, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

/** A product that is installed, as the client knows products. */
export interface ExampleProduct {
  readonly name: string;
  readonly upgradeCode: string;
  readonly productCode: string;
  readonly version: string;
}

/** A Node that runs in the background. */
export interface RunningNode {
  /** Whether it has ended by itself. */
  hasEnded(): boolean;
  /** What it has written to standard error so far. */
  said(): Promise<string>;
  /** Ends it, and waits for that. */
  end(): Promise<void>;
}

/** A machine on which the Node that the executable carries runs. */
export interface UsualMachine {
  /** Where everything lies that the starts need, as a path of this Linux. */
  readonly folder: string;
  /** A path of this Linux as the machine's programs name it. */
  named(path: string): string;
  /** Runs Node to its end. Rejects where it fails. */
  node(args: readonly string[]): Promise<void>;
  startNode(args: readonly string[]): Promise<RunningNode>;
  /** What `activate` is told besides the key. */
  readonly activation: readonly string[];
  /** Has a product be there, for a client with its state in this folder. */
  install(product: ExampleProduct, state: string): Promise<void>;
  /** An application that ends at once, with 0. */
  readonly application: readonly [string, ...string[]];
  /** Whether it has an engine of its own, which every start would ask. */
  readonly hasEngine: boolean;
}

const run = promisify(execFile);
const longestMs = 120_000;
const machineEngine = '/var/lib/usher-client/public/engine.json';

/** Only what a program needs to be found: the starts are the same wherever they are made. */
const environment = { PATH: process.env.PATH, LANG: 'C.UTF-8' };

/** This machine, with everything in `folder`. */
export function thisLinux(node: string, folder: string): UsualMachine {
  const applications = join(folder, 'applications');
  return {
    folder,
    named: (path) => path,
    node: async (args) => {
      await run(node, args, { env: environment, timeout: longestMs });
    },
    startNode: (args) => {
      const child = spawn(node, args, { env: environment, stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
      const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
      const end = async () => {
        if (hasEnded()) return;
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        await ended;
      };
      return Promise.resolve({ hasEnded, said: () => Promise.resolve(said), end });
    },
    activation: ['--unpack-into', applications],
    install: async (product, state) => {
      await mkdir(applications, { recursive: true });
      const products = [{ ...product, folder: applications }];
      await writeFile(join(state, 'installed.json'), JSON.stringify({ products }));
    },
    application: ['true'],
    hasEngine: existsSync(machineEngine),
  };
}
