// The command `prepare-image`: leaves on this disk what every copy of it may have, and nothing by which it is one machine.
import { join } from 'node:path';
import { ClientError } from '../client-error.ts';
import { readInstallationKey } from '../engine/activation.ts';
import { hasKeptKey, writeKey } from '../engine/kept-key.ts';
import { lockEnvironment } from '../engine/host.ts';
import { keyText, protectMachineState } from './activate.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { whileEngineRests } from '../service/engine-at-rest.ts';
import { acquireLock } from '../state/instance-lock.ts';
import { namesIn, removeAllBut } from '../state/remove-all-but.ts';
import { StateFolder } from '../state/state-folder.ts';

/** How long another client on this machine is waited for, in milliseconds. */
const lockWaitMs = 30_000;

/** What may be copied: what is installed and known of it, the choices of the activation, the installation key. */
const copied = new Set([
  'settings.json',
  'installed.json',
  'installed.copy.json',
  'product.json',
  'products',
  'installation.key',
  'activation-choices.json',
  'lock',
  'engine.lock',
  'seal',
]);
const ofProduct = new Set(['product.json']);

/** `prepare-image [--key FILE|TEXT]`: every copy of this disk activates at its first start. */
export async function runPrepareImage(context: CommandContext, { values }: CommandInput): Promise<number> {
  const key = typeof values.key === 'string' ? await keyText(values.key) : null;
  if (key !== null) readInstallationKey(key);
  const { host, folder } = context;
  await protectMachineState(context);
  const state = new StateFolder(folder, () => undefined);
  await state.prepare();
  await whileEngineRests(host, folder, 'usher-client service remove', () => prepare(context, state, key));
  context.terminal.print(
    'This machine is no workstation any more: shut it down now, and make the image. Each copy activates when the client first starts there.',
  );
  return 0;
}

async function prepare({ host }: CommandContext, state: StateFolder, key: string | null): Promise<void> {
  // Opened no further than this: an engine would activate the image itself with the key that its copies need.
  const lock = await acquireLock(state.lockPath, lockEnvironment(host), lockWaitMs);
  try {
    if (key === null && !(await hasKeptKey(state))) {
      throw new ClientError(
        'usage.wrong',
        'By which installation key are the copies to be activated? Give it with --key FILE or --key TEXT.',
      );
    }
    await refuseInterrupted(state);
    if (key !== null) await writeKey(state, key);
    await removeAllBut(copied, state.root);
    for (const name of await namesIn(join(state.root, 'products'))) {
      await removeAllBut(ofProduct, join(state.root, 'products', name));
    }
  } finally {
    await lock.release();
  }
}

/** Half an update in an image would be half an update on every copy. */
async function refuseInterrupted(state: StateFolder): Promise<void> {
  for (const product of await state.products()) {
    if ((await product.journal.read()) === null) continue;
    throw new ClientError(
      'state.busy',
      'An update was interrupted on this machine. Finish it first: usher-client check.',
    );
  }
}
