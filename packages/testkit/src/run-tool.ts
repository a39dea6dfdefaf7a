// Runs a program of the machine (wixl, openssl, cp …) and makes its failure an error that says what it said.
import { execFile } from 'node:child_process';

/** A program that could not be started or ended with a failure. */
export class ToolError extends Error {
  override readonly name = 'ToolError';
  readonly program: string;
  /** Exit status, or null where the program could not be started or was ended by a signal. */
  readonly status: number | null;

  constructor(program: string, status: number | null, said: string, signal: string | null = null) {
    const how = status === null ? (signal ?? 'not started') : `status ${status}`;
    super(`${program} failed (${how}): ${said.trim()}`);
    this.program = program;
    this.status = status;
  }
}

/** What a program said on its two outputs, as UTF-8. */
export interface ToolOutput {
  readonly stdout: string;
  readonly stderr: string;
}

/** Where and with what environment a program runs; without `environment`, that of this process. */
export interface ToolOptions {
  readonly cwd?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

/** Runs `program` to its end. @throws {ToolError} when its status is not 0 */
export function runTool(program: string, args: readonly string[], options: ToolOptions = {}): Promise<ToolOutput> {
  return new Promise((resolve, reject) => {
    execFile(
      program,
      [...args],
      {
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
        cwd: options.cwd,
        env: options.environment ?? process.env,
      },
      (error, stdout, stderr) => {
        if (error === null) {
          resolve({ stdout, stderr });
          return;
        }
        const status = typeof error.code === 'number' ? error.code : null;
        reject(new ToolError(program, status, `${stderr}\n${stdout}`.trim() || error.message, error.signal ?? null));
      },
    );
  });
}
