// The operator at the server's console: commands run beside the server of a test, on its data and its clock.
import { join } from 'node:path';
import type { TestServer } from '@usher/testkit';
import { finishedCommand } from '../../../cli/test-support/finished-command.ts';

/** An operator of that server. */
export function operatorOf({ system, clock, folder }: Pick<TestServer, 'system' | 'clock' | 'folder'>) {
  const { database } = system.config;
  const environment = {
    USHER_DATA: join(folder, 'data'),
    ...(database.kind === 'postgres' ? { USHER_DATABASE_URL: database.url } : {}),
  };

  const run = (args: readonly string[], input = '') => finishedCommand(args, { environment, folder, clock }, input);

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
