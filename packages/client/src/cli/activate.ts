// The commands `activate` and `deactivate`.
import { guidSchema, idSchema } from '@usher/protocol';
import { join, resolve } from 'node:path';
import { readFile } from 'node:fs/promises';
import { ClientError, systemCode } from '../client-error.ts';
import { activate, deactivate, readInstallationKey, type Activated, type Activation } from '../engine/activation.ts';
import { check } from '../engine/check.ts';
import { forgetKey, keepKey } from '../engine/kept-key.ts';
import type { Host } from '../engine/host.ts';
import { redact } from '../engine/redaction.ts';
import { whileEngineRests } from '../service/engine-at-rest.ts';
import { protectState } from '../service/protect-state.ts';
import { LogFile } from '../state/log.ts';
import { removeAllBut } from '../state/remove-all-but.ts';
import type { CommandContext, CommandInput } from './command.ts';
import { withEngine } from './with-engine.ts';

/** `activate --key FILE|TEXT`: makes an identity, gets a token, and asks once, so that a first policy is here. */
export async function runActivate(context: CommandContext, { values }: CommandInput): Promise<number> {
  const { key, 'unpack-into': unpackInto, later = false } = values;
  if (typeof key !== 'string') {
    throw new ClientError('usage.wrong', 'Which installation key? Give it with --key FILE or --key TEXT.');
  }
  refuseUnknownForm(context.product);
  await protectMachineState(context);
  try {
    return await activateWith(context, key, { unpackInto, later });
  } catch (error) {
    noteFailure(context, error);
    throw error;
  }
}

/** The activation is the place to notice a mistyped product: every later command goes by it. */
function refuseUnknownForm(product: string | null): void {
  if (product === null || [guidSchema, idSchema('product')].some((form) => form.safeParse(product).success)) return;
  throw new ClientError(
    'usage.wrong',
    `"${product.slice(0, 80)}" is no product: give --product an UpgradeCode in braces, or the product's id at the server (pr_…).`,
  );
}

/** Whoever installs a fleet reads in the log why a machine was not activated; a key that was mistyped is not in it. */
function noteFailure({ host, folder }: CommandContext, error: unknown): void {
  const why = error instanceof ClientError ? `${error.code}: ${error.message}` : String(error);
  const partsOfKeys = why.match(/[\w-]{32,}/g) ?? [];
  logIn(host, folder).warn(`activation failed: ${redact(why, [], partsOfKeys)}`);
}

async function activateWith(
  context: CommandContext,
  key: string,
  { unpackInto, later }: Readonly<Record<'unpackInto' | 'later', unknown>>,
): Promise<number> {
  const text = await keyText(key);
  readInstallationKey(text);
  const asked: Activation = {
    key: text,
    product: context.product,
    unpackInto: typeof unpackInto === 'string' ? resolve(unpackInto) : null,
  };
  let activated: Activated;
  try {
    activated = await withEngine(context, { alone: true }, async ({ state }) => {
      const done = await activate(context.host, state, asked);
      await forgetKey(state);
      return done;
    });
  } catch (error) {
    // A key that the server refuses will not do later either.
    if (later !== true || !(error instanceof ClientError) || error.code === 'key.not-valid') throw error;
    return await activateLater(context, asked, error);
  }
  const { terminal } = context;
  const again = activated.asItself ? ' again, as the same workstation' : '';
  terminal.print(`Activated${again} at ${activated.server} as ${activated.workstationId}.`);
  if (activated.status === 'pending') {
    terminal.print('It waits for approval (1002): ask your administrator to authorize this workstation.');
    // The server does not say why; a newcomer with a machine id that is known waits whatever its key allows.
    if (!activated.asItself) {
      terminal.print('If this machine was set up again, have the old record replaced by this one in the console.');
    }
  }
  if (activated.status === 'disabled') terminal.print('It is disabled (1008): ask your administrator.');
  await firstCheck(context);
  return 0;
}

/** The machine's own folder is the machine's before a secret is in it, whoever has made it, and whether or not an engine comes. */
export async function protectMachineState({ host, folder, machineFolder, terminal }: CommandContext): Promise<void> {
  if (folder !== machineFolder) return;
  for (const { detail } of await protectState(host, folder, logIn(host, folder))) terminal.tell(detail);
}

function logIn({ clock }: Host, folder: string): LogFile {
  return new LogFile(join(folder, 'logs', 'client.log'), clock);
}

/** Where this machine is a workstation of that server already, it stays one, and no key need be kept. */
async function activateLater(context: CommandContext, asked: Activation, because: ClientError): Promise<number> {
  const { rootFingerprint } = readInstallationKey(asked.key);
  return await withEngine(context, { alone: true }, async ({ identity, state, log }) => {
    if (identity === null) {
      await keepKey(state, asked, because, log);
      context.terminal.tell(
        `${because.message} The key is kept, and activation is tried again when the client starts.`,
      );
      return 0;
    }
    if (identity.rootFingerprint !== rootFingerprint) throw because;
    context.terminal.tell(`${because.message} This machine stays the workstation ${identity.workstationId}.`);
    return 0;
  });
}

/** A machine that goes offline right after its activation should have rules to go by. */
async function firstCheck(context: CommandContext): Promise<void> {
  await withEngine(context, { alone: true }, async (engine) => {
    try {
      await check(engine, { ask: true, purpose: 'activation' });
    } catch (error) {
      // No product is there yet, or the server went away: the activation stands, and the next check comes with a start.
      if (!(error instanceof ClientError)) throw error;
      engine.log.info(`no policy yet: ${error.message}`);
    }
  });
}

/** What stays of what users may read: where the engine is that this machine still has. */
const ofTheEngine = new Set(['engine.json', 'secret', 'engine.sock']);

/** `deactivate`: forgets identity and rules. */
export async function runDeactivate(context: CommandContext): Promise<number> {
  const { host, folder } = context;
  const stop = host.systemRoot === null ? 'systemctl stop usher-client' : 'schtasks /End /TN "Usher engine"';
  await withEngine(context, { alone: true }, ({ state }) =>
    whileEngineRests(host, folder, stop, async () => {
      await deactivate(state);
      // Else the next start would make a workstation of it again.
      await forgetKey(state);
      await removeAllBut(ofTheEngine, join(folder, 'public'));
    }),
  );
  context.terminal.print(
    'This workstation is not activated any more. Its record at the server stays until it is retired there.',
  );
  return 0;
}

/** The text itself where it looks like a key; otherwise the content of the file of that name. */
export async function keyText(given: string): Promise<string> {
  if (given.trimStart().startsWith('usher-key-')) return given;
  try {
    return await readFile(given, 'utf8');
  } catch (error) {
    throw new ClientError(
      'key.not-valid',
      `"${given.slice(0, 80)}" is neither an installation key nor a file that can be read (${systemCode(error) ?? '?'}).`,
      { cause: error },
    );
  }
}
