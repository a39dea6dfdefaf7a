// The entry of the conformance client: one command from the arguments, or many from standard input.
import { createInterface } from 'node:readline';
import { TrustError } from '@usher/trust';
import { ClientError } from '../src/client-error.ts';
import { machineClock } from '../src/clock.ts';
import { HttpClient } from '../src/engine/http-client.ts';
import { networkOf } from '../src/engine/network.ts';
import { runCommand } from './command-line.ts';

const http = new HttpClient(networkOf(process.platform, process.env));
const args = process.argv.slice(2);

async function run(command: readonly string[]): Promise<{ status: 0 | 1; code?: string | null; error?: string }> {
  try {
    await runCommand(command, { http, now: new Date(machineClock.now()) });
    return { status: 0 };
  } catch (error) {
    const code = error instanceof TrustError || error instanceof ClientError ? error.code : null;
    return { status: 1, code, error: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * Beyond the suite's commands: `batch` reads from standard input, a line each, the arguments of a command as a JSON
 * array, and answers each with a line of JSON, `{ status, code?, error? }`. Nothing is kept in memory from one to the next;
 * it only spares a test the start of a process per command.
 */
if (args.length === 1 && args[0] === 'batch') {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await run(JSON.parse(line) as string[]))}\n`);
  }
} else {
  const { status, code, error } = await run(args);
  if (error !== undefined) process.stderr.write(`${code ?? 'failed'}: ${error}\n`);
  process.exitCode = status;
}
http.close();
