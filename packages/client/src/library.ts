// The calls for an application that asks at its own start instead of being started by the launcher.
import type { Verdict } from '@usher/core';
import { check } from './engine/check.ts';
import { lockEngine, openEngine } from './engine/engine.ts';
import type { Host } from './engine/host.ts';
import { thisMachine } from './engine/machine.ts';
import { sendReports } from './engine/reporting.ts';

/** Which client of this machine is asked. */
export interface ClientOptions {
  /** The state folder of the activated client. */
  readonly state: string;
  /** An UpgradeCode or a product id; may be left out where the server manages one product. */
  readonly product?: string;
  /** The machine; this one where it is left out. */
  readonly host?: Host;
}

/** The answer to the question at a start. */
export interface StartAnswer {
  /** What the rules say: the application goes on only with `run`, and with `offer` where the person says "not now". */
  readonly verdict: Verdict;
  readonly installedVersion: string | null;
  /** True where the server answered this very question; false where the last signed policy did. */
  readonly online: boolean;
}

/** A client of this machine. */
export interface Client {
  /** Asks the server, or the last signed policy. Rejects with a `ClientError`. */
  checkAtStart(): Promise<StartAnswer>;
}

const lockWaitMs = 10_000;

/** A client over a state folder. Nothing is opened before the first call. */
export function createClient(options: ClientOptions): Client {
  return { checkAtStart: () => checkAtStart(options) };
}

/** One question: may the application go on? Rejects with a `ClientError` where there is no answer to be had. */
export async function checkAtStart({ state, product, host }: ClientOptions): Promise<StartAnswer> {
  const machine = host ?? thisMachine({ platform: process.platform, environment: process.env, pid: process.pid });
  const engine = await openEngine({ host: machine, folder: state, product: product ?? null });
  try {
    const lock = await lockEngine(engine, lockWaitMs);
    try {
      const { verdict, facts } = await check(engine, { ask: true });
      if (facts.online) await sendReports(engine);
      return { verdict, installedVersion: facts.installedVersion, online: facts.online };
    } finally {
      await lock.release();
    }
  } finally {
    engine.close();
  }
}
