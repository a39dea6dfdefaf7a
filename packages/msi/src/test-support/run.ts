// Runs the tools that tests compare with: wixl, msiinfo, msibuild, openssl, osslsigncode.
import { execFile } from 'node:child_process';

/** What a tool printed, and how it ended. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a tool to its end; a tool that is not installed rejects. */
export function attempt(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  return new Promise((resolve, reject) => {
    const options = { cwd, maxBuffer: 64 * 1024 * 1024, env: { ...process.env, LC_ALL: 'C.UTF-8' } };
    execFile(command, args, options, (error, stdout, stderr) => {
      if (error === null) resolve({ status: 0, stdout, stderr });
      else if (typeof error.code === 'number') resolve({ status: error.code, stdout, stderr });
      else reject(new Error(`${command} did not run to its end`, { cause: error }));
    });
  });
}

/** The same, for a tool that has to succeed. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<string> {
  const { status, stdout, stderr } = await attempt(command, args, cwd);
  if (status !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${status}:\n${stdout}\n${stderr}`);
  return stdout;
}
