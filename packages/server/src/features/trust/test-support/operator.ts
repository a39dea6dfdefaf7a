// The operator at the server's console: commands run beside the server of a test, on its data and its clock.
import { join } from 'node:path';
import type { TestServer } from '@usher/testkit';
import { runCommand } from '../../../cli/run-command.ts';

/** What a command left. */
export interface Finished {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

/** An operator of that server. */
export function operatorOf({ system, clock, folder }: Pick<TestServer, 'system' | 'clock' | 'folder'>) {
  const { database } = system.config;
  const environment = {
    USHER_DATA: join(folder, 'data'),
    ...(database.kind === 'postgres' ? { USHER_DATABASE_URL: database.url } : {}),
  };

  async function run(args: readonly string[], input = ''): Promise<Finished> {
    const out: string[] = [];
    const err: string[] = [];
    const status = await runCommand(args, {
      out: (line) => void out.push(line),
      fault: (line) => void err.push(line),
      input: () => Promise.resolve(input),
      environment,
      folder,
      clock,
    });
    return { status, out: out.join('\n'), err: err.join('\n') };
  }

  return {
    /** Runs a command that must succeed, and answers what it said. */
    async does(command: string, input = ''): Promise<string> {
      const { status, out, err } = await run(command.split(' '), input);
      if (status !== 0) throw new Error(`usher ${command}: ${status} ${err}`);
      return out;
    },
    /** Runs a command that must fail, and answers why. */
    async fails(command: string, input = ''): Promise<string> {
      const { status, out, err } = await run(command.split(' '), input);
      if (status !== 1 && status !== 2) throw new Error(`usher ${command} ended with ${status}: ${out} ${err}`);
      return err;
    },
  };
}
