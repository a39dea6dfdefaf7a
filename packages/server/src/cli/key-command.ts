// `usher key`: the signing keys, seen, exchanged, added, removed, and moved off the server and back.
import { readFile, rm } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { generateSigningKey, sealKey } from '@usher/trust';
import { composeTrust, type Foundation } from '../compose.ts';
import { catalogueRole, type KeyChange } from '../features/trust/key-service.ts';
import { trustOverview } from '../features/trust/overview.ts';
import { systemRandom } from '../ids.ts';
import type { Initiator } from '../initiator.ts';
import { WrongCall, type Command, type Console } from './command.ts';
import { givenPassphrase, newPassphrase, passphraseOptions, pathOf, writeNewFile } from './files.ts';
import { withServerData } from './foundation.ts';

const help = `
usage: usher key list [--json]
       usher key rotate ROLE [--key ID] [--public KEY | --here] [--at-once]
       usher key add ROLE [--public KEY]
       usher key remove ROLE ID
       usher key threshold ROLE N
       usher key export ROLE --to FILE [--key ID] [--passphrase-file FILE | --passphrase-stdin]
       usher key import FILE (--passphrase-file FILE | --passphrase-stdin)
       usher key make ROLE --to FILE [--passphrase-file FILE | --passphrase-stdin]

The keys of the catalogue (roles root, targets, snapshot, timestamp) and of the director, which signs policies. A running
server takes up every change by itself.

  list        shows each role: version, end, how many keys must sign, which keys, and where they are
  rotate      exchanges a key for a new one. The director's old key stays good for policies that workstations keep, for 30
              days; with --at-once it does not
  add, remove, threshold
              several keys for a role, and how many of them must sign
  export      moves a private key of root or targets into a file, sealed under a passphrase, and erases it on the server
  import      takes a key back onto the server
  make        makes a key on a machine that needs neither server nor database, and prints its public half for --public

  --key ID          which key, by the beginning of its id, where a role has several
  --public KEY      the new key's public half; its private half stays where "usher key make" made it
  --here            makes the new key on this server though the old one is kept elsewhere
  --passphrase-…    of the key file: the first line of a file or of standard input. For a new file one is made and printed,
                    once, unless it is given

A change that needs keys that are not here waits for their signatures: see "usher publish --help". Make a backup after every
change of keys.
`;

/** Whoever can run commands on the server. */
const byCommand: Initiator = { actor: { kind: 'system', name: 'usher key' }, address: null };

const options = {
  ...passphraseOptions,
  json: { type: 'boolean', default: false },
  key: { type: 'string' },
  public: { type: 'string' },
  here: { type: 'boolean', default: false },
  'at-once': { type: 'boolean', default: false },
  to: { type: 'string' },
} as const;

type Values = ReturnType<typeof parse>['values'];

const parse = (args: readonly string[]) => parseArgs({ args: withKeysAttached(args), allowPositionals: true, options });

/** One public key in 64 begins with a dash, and would be taken for an option: it is attached to the option before it. */
function withKeysAttached(args: readonly string[]): string[] {
  const [first, second, ...rest] = args;
  if (first === undefined) return [];
  return first === '--public' && second !== undefined && /^[\w-]{43}$/.test(second)
    ? [`${first}=${second}`, ...withKeysAttached(rest)]
    : [first, ...withKeysAttached(args.slice(1))];
}

export const keyCommand: Command = {
  name: 'key',
  summary: 'see and change the signing keys, and keep them off the server',
  help,
  run: async (args, console) => {
    const { positionals, values } = parse(args);
    const [action, ...rest] = positionals;
    switch (action) {
      case 'list':
        expectArguments(rest, 0);
        return list(values, console);
      case 'make':
        return make(catalogueRole(expectArguments(rest, 1)[0] ?? ''), values, console);
      case 'export':
        return exportKey(expectArguments(rest, 1)[0] ?? '', values, console);
      case 'import':
        return importKey(expectArguments(rest, 1)[0] ?? '', values, console);
      case 'rotate':
      case 'add':
      case 'remove':
      case 'threshold':
        return change(action, rest, values, console);
      case undefined:
      default:
        throw new WrongCall(
          'Say "list", "rotate", "add", "remove", "threshold", "export", "import" or "make"; --help says more.',
        );
    }
  },
};

function expectArguments(given: readonly string[], count: number): readonly string[] {
  if (given.length !== count) throw new WrongCall(`That takes ${count} argument(s) after it; --help says which.`);
  return given;
}

async function list({ json }: Values, console: Console): Promise<void> {
  const trust = await withServerData(console, ({ database, clock }) => trustOverview(database.read, clock));
  if (json) {
    console.out(JSON.stringify(trust));
    return;
  }
  console.out(`Root fingerprint ${trust.rootFingerprint}`);
  for (const { role, version, expiresAt, threshold, keys } of trust.roles) {
    console.out(
      `${role}: version ${version}, good until ${expiresAt}, ${threshold} of ${keys.length} key(s) must sign`,
    );
    for (const { id, here } of keys) console.out(`  ${id.slice(0, 16)}  ${here ? 'on this server' : 'kept elsewhere'}`);
  }
  console.out('director: signs policies and passes');
  for (const { id, here, signs } of trust.director) {
    const state = signs
      ? 'signs'
      : here
        ? 'waits for a catalogue that names it'
        : 'replaced, still good for kept policies';
    console.out(`  ${id.slice(0, 16)}  ${state}`);
  }
  for (const { message } of trust.warnings) console.out(`! ${message}`);
}

async function change(
  action: 'rotate' | 'add' | 'remove' | 'threshold',
  rest: readonly string[],
  values: Values,
  console: Console,
): Promise<void> {
  const [name = '', argument = ''] = expectArguments(rest, action === 'remove' || action === 'threshold' ? 2 : 1);
  const role = action === 'rotate' && name === 'director' ? name : catalogueRole(name);
  const done = await withServerData(console, (foundation) => apply(foundation, role));
  if (done.keyId !== null) console.out(`Key ${done.keyId.slice(0, 16)}`);
  if (done.inForce) {
    console.out('In force. Make a backup now: "usher backup DIR".');
    return;
  }
  console.out(
    role === 'director'
      ? 'The new key signs once a catalogue that names it is published: "usher publish draft --to FILE".'
      : 'The change waits for signatures of keys that are not here: "usher publish draft --to FILE".',
  );

  function apply(foundation: Foundation, chosen: typeof role): Promise<KeyChange> {
    const { keys } = composeTrust(foundation);
    const choice = { publicKey: values.public };
    if (action === 'rotate') {
      const { key: replaces, here } = values;
      return keys.rotate(chosen, { ...choice, replaces, here, atOnce: values['at-once'] }, byCommand);
    }
    const ofCatalogue = catalogueRole(chosen);
    if (action === 'add') return keys.add(ofCatalogue, choice, byCommand);
    if (action === 'remove') return keys.remove(ofCatalogue, argument, byCommand);
    if (!/^[1-9]\d?$/.test(argument)) throw new WrongCall('The threshold is a whole number from 1 on.');
    return keys.setThreshold(ofCatalogue, Number(argument), byCommand);
  }
}

async function exportKey(name: string, values: Values, console: Console): Promise<void> {
  const role = name === 'director' ? name : catalogueRole(name);
  const path = pathOf(console, values.to, '--to FILE');
  const { passphrase, isMade } = await newPassphrase(values, console);
  const written: string[] = [];
  try {
    await withServerData(console, (foundation) =>
      composeTrust(foundation).keys.exportKey(
        role,
        {
          key: values.key,
          passphrase,
          keep: async (sealed) => {
            await writeNewFile(path, `${sealed}\n`);
            written.push(path);
          },
        },
        byCommand,
      ),
    );
  } catch (error) {
    // The key is still on the server: two of it would be one too many.
    for (const file of written) await rm(file, { force: true });
    throw error;
  }
  console.out(`The key of ${role} is in ${path}, and no longer on this server.`);
  if (isMade) console.out(`Passphrase: ${passphrase}`);
  console.out('Older backups of this server still hold it: destroy them, or exchange the key ("usher key rotate").');
}

async function importKey(file: string, values: Values, console: Console): Promise<void> {
  const sealed = (await readFile(pathOf(console, file, 'usher key import FILE'), 'utf8')).trim();
  const passphrase = await givenPassphrase(values, console);
  const { role } = await withServerData(console, (foundation) =>
    composeTrust(foundation).keys.importKey(sealed, passphrase, byCommand),
  );
  console.out(`The key of ${role} is on this server again.`);
}

async function make(role: string, values: Values, console: Console): Promise<void> {
  const path = pathOf(console, values.to, '--to FILE');
  const { passphrase, isMade } = await newPassphrase(values, console);
  const key = generateSigningKey(systemRandom);
  await writeNewFile(path, `${await sealKey(key, { passphrase, label: role, random: systemRandom })}\n`);
  console.out(`The private key is in ${path}.`);
  console.out(`Public key: ${key.publicKey}`);
  if (isMade) console.out(`Passphrase: ${passphrase}`);
}
