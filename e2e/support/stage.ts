// What nearly every story begins with: a vendor, a server with an administrator, and a machine.
import type { SigningKeyType } from '@usher/testkit';
import { Administrator } from './administrator.ts';
import { ServerProcess } from './server-process.ts';
import { Vendor } from './signed-installers.ts';

/** Where a story takes place. */
export interface Stage<Machine> {
  readonly vendor: Vendor;
  readonly server: ServerProcess;
  readonly admin: Administrator;
  readonly machine: Machine;
}

/** How the stage is to be. */
export interface StageOptions {
  /** Of the vendor's certificate. Default `ecdsa`, which is made at once. */
  readonly keyType?: SigningKeyType;
  /** Where workstations reach the server, where that is another address than its own. */
  readonly publicUrl?: string;
}

/** Sets the stage, side by side; `things` will dispose of it. */
export async function setStage<Machine extends AsyncDisposable>(
  things: AsyncDisposableStack,
  machine: Promise<Machine>,
  { keyType = 'ecdsa', publicUrl }: StageOptions = {},
): Promise<Stage<Machine>> {
  const [vendor, made, server] = await Promise.all([
    Vendor.create(keyType).then((each) => things.use(each)),
    machine.then((each) => things.use(each)),
    ServerProcess.start(publicUrl ?? null).then((each) => things.use(each)),
  ]);
  return { vendor, machine: made, server, admin: await Administrator.signIn(server) };
}
