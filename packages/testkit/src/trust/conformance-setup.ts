// What every conformance test begins with: a repository of its own, served, and a client that trusts its first root.
import { afterAll, afterEach, beforeAll } from 'vitest';
import { ConformanceClient, ConformanceProcess, runAlone, type ConformanceOutcome } from './conformance-client.ts';
import { TufServer, type ServedRepository } from './tuf-server.ts';
import { TufSimulator } from './tuf-simulator.ts';
import type { TufKeyKind } from './tuf-test-key.ts';

/** One test's repository and client. */
export interface ConformanceCase {
  readonly repository: TufSimulator;
  readonly served: ServedRepository;
  readonly client: ConformanceClient;
}

/** How a case differs from the usual. */
export interface CaseOptions {
  readonly kind?: TufKeyKind;
  /** Run each command in a process of its own. */
  readonly alone?: boolean;
  /** Leave it to the test to trust a root. */
  readonly untrusting?: boolean;
  /** Called before the first root is trusted. */
  readonly before?: (repository: TufSimulator) => void;
}

/** Sets the server and the process up for the tests of a file, and gives the maker of their cases. */
export function conformanceCases(): (options?: CaseOptions) => Promise<ConformanceCase> {
  let server: TufServer;
  let process: ConformanceProcess;
  const clients: ConformanceClient[] = [];
  beforeAll(async () => {
    server = await TufServer.start();
    process = new ConformanceProcess();
  });
  afterEach(() => {
    for (const client of clients.splice(0)) client.remove();
  });
  afterAll(async () => {
    await process.close();
    await server.close();
  });
  return async ({ kind = 'ed25519', alone = false, untrusting = false, before } = {}) => {
    const repository = new TufSimulator(new Date(), kind);
    before?.(repository);
    const served = server.serve(repository);
    const client = new ConformanceClient(served, alone ? runAlone : process.run);
    clients.push(client);
    if (!untrusting) done(await client.init());
    return { repository, served, client };
  };
}

/** Requires that a command succeeded. */
export function done(outcome: ConformanceOutcome): void {
  if (outcome.status !== 0) throw new Error(`The command failed: ${outcome.error ?? ''}`);
}
