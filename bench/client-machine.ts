// The built client, and a machine on which the one for Linux is activated at a server.
import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ClientServer } from './client-server.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const run = promisify(execFile);

/** The client's executable for Linux, which `buildClient` makes. */
export const clientProgram = join(root, 'dist', 'client', 'usher-client');

/** The client's executable for Windows. */
export const windowsProgram = join(root, 'dist', 'client', 'usher-client.exe');

/** Makes the executables, unless they are up to date. */
export async function buildClient(): Promise<void> {
  await run(process.execPath, [join(root, 'scripts', 'run.mjs'), join(root, 'scripts', 'build-client.ts')]);
}

/** A server and one machine; dispose of it when it is over. */
export class ClientMachine implements AsyncDisposable {
  readonly server: ClientServer;

  private constructor(server: ClientServer) {
    this.server = server;
  }

  static async create(): Promise<ClientMachine> {
    const machine = new ClientMachine(await ClientServer.create());
    await mkdir(machine.state, { recursive: true });
    const applications = join(machine.server.folder, 'applications');
    const key = await machine.server.installationKey();
    await machine.client(['activate', '--key', key, '--unpack-into', applications]);
    return machine;
  }

  get state(): string {
    return join(this.server.folder, 'state');
  }

  /** Runs the client to its end. Rejects where it fails. */
  async client(args: readonly string[]): Promise<void> {
    await run(clientProgram, ['--state', this.state, ...args]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
  }
}
