// `usher publish`: a catalogue whose keys are kept elsewhere, drafted here, signed there, applied here.
import { readFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import {
  describeDraft,
  keyIdOf,
  readDraftFile,
  signDraft,
  tufRoles,
  writeDraftFile,
  type DraftDescription,
  type DraftFile,
} from '@usher/trust';
import { composeTrust } from '../compose.ts';
import { openElsewhere } from '../features/trust/key-service.ts';
import { trustOverview } from '../features/trust/overview.ts';
import type { Initiator } from '../initiator.ts';
import { CommandError, WrongCall, type Command, type Console } from './command.ts';
import { givenPassphrase, passphraseOptions, pathOf, writeNewFile } from './files.ts';
import { withServerData } from './foundation.ts';

const help = `
usage: usher publish status
       usher publish draft --to FILE
       usher publish show --in FILE
       usher publish sign --key FILE --in FILE --out FILE (--passphrase-file FILE | --passphrase-stdin)
       usher publish apply FILE
       usher publish discard

For servers whose root or targets keys are kept elsewhere. What is approved reaches workstations once it was signed there.

  status    says what waits for a signature
  draft     writes what is to be signed into a file
  show      says what such a file would put into force: read it before you sign it
  sign      adds a key's signature. Needs no server and no database: run it on the machine that has the key. Where several
            keys must sign, the file goes from one to the next
  apply     publishes the signed file: all of it, or nothing
  discard   forgets a change of keys that waits for signatures
`;

/** Whoever can run commands on the server. */
const byCommand: Initiator = { actor: { kind: 'system', name: 'usher publish' }, address: null };

const options = {
  ...passphraseOptions,
  to: { type: 'string' },
  in: { type: 'string' },
  out: { type: 'string' },
  key: { type: 'string' },
} as const;

export const publishCommand: Command = {
  name: 'publish',
  summary: 'publish a catalogue that is signed on another machine',
  help,
  run: async (args, console) => {
    const { positionals, values } = parseArgs({ args, allowPositionals: true, options });
    const [action, file, ...more] = positionals;
    if (more.length > 0 || (file !== undefined && action !== 'apply'))
      throw new WrongCall('--help says how to call it.');
    switch (action) {
      case 'status':
        return status(console);
      case 'draft':
        return draft(pathOf(console, values.to, '--to FILE'), console);
      case 'show':
        show(describeDraft(await readDraft(pathOf(console, values.in, '--in FILE'))), console);
        return;
      case 'sign':
        return sign(values, console);
      case 'apply':
        return apply(pathOf(console, file, 'usher publish apply FILE'), console);
      case 'discard':
        return discard(console);
      case undefined:
      default:
        throw new WrongCall('Say "status", "draft", "show", "sign", "apply" or "discard"; --help says more.');
    }
  },
};

async function status(console: Console): Promise<void> {
  const { waiting, nextRoot, roles, warnings } = await withServerData(console, ({ database, clock }) =>
    trustOverview(database.read, clock),
  );
  for (const { role, version, expiresAt } of roles) console.out(`${role}: version ${version}, good until ${expiresAt}`);
  if (waiting === null && nextRoot === null) console.out('Everything that was decided is published.');
  for (const { code, message } of warnings) if (code !== 'keys-on-server') console.out(`! ${message}`);
}

async function draft(path: string, console: Console): Promise<void> {
  const { text, description } = await withServerData(console, (foundation) => composeTrust(foundation).drafts.draft());
  await writeNewFile(path, text);
  show(description, console);
  console.out(
    `Carry ${path} to the keys, sign it there with "usher publish sign", and bring it back for "usher publish apply".`,
  );
}

async function sign(
  values: Parameters<typeof givenPassphrase>[0] & {
    key?: string | undefined;
    in?: string | undefined;
    out?: string | undefined;
  },
  console: Console,
): Promise<void> {
  const from = await readDraft(pathOf(console, values.in, '--in FILE'));
  const target = pathOf(console, values.out, '--out FILE');
  const sealed = (await readFile(pathOf(console, values.key, '--key FILE'), 'utf8')).trim();
  const { key } = await openElsewhere(sealed, await givenPassphrase(values, console));
  const { draft: signed, signed: roles } = signDraft(from, key);
  if (roles.length === 0) throw new CommandError('Nothing in this draft is signed by that key.');
  await writeNewFile(target, writeDraftFile(signed));
  console.out(`Signed ${roles.join(' and ')} with key ${key.keyId.slice(0, 16)}.`);
  show(describeDraft(signed), console);
}

async function apply(path: string, console: Console): Promise<void> {
  const text = await readFile(path, 'utf8');
  const { description, waiting } = await withServerData(console, (foundation) =>
    composeTrust(foundation).drafts.apply(text, byCommand),
  );
  const { root, targets } = description;
  const parts = Object.entries({ root, targets }).flatMap(([role, part]) =>
    part === null ? [] : [`${role} version ${part.version}`],
  );
  console.out(`Published: ${parts.join(', ')}.`);
  if (waiting !== null) console.out('More was decided since it was drafted: that waits for the next draft.');
  if (root !== null) console.out('The keys have changed. Make a backup now: "usher backup DIR".');
}

async function discard(console: Console): Promise<void> {
  const wasThere = await withServerData(console, (foundation) => composeTrust(foundation).drafts.discard(byCommand));
  console.out(wasThere ? 'The change of keys was dropped.' : 'No change of keys waits.');
}

async function readDraft(path: string): Promise<DraftFile> {
  return readDraftFile(await readFile(path, 'utf8'));
}

/** Everything that a signature would vouch for: whoever signs must be able to see it all. */
function show({ root, targets }: DraftDescription, console: Console): void {
  if (root !== null) {
    console.out(`root version ${root.version}, good until ${root.expiresAt.toISOString()}${lacking(root.missing)}`);
    for (const role of tufRoles) {
      const { publicKeys, threshold } = root.roles[role];
      console.out(`  ${role}: ${threshold} of ${publicKeys.map((key) => keyIdOf(key).slice(0, 16)).join(', ')}`);
    }
  }
  if (targets === null) return;
  const { installers, prohibited, directorKeys } = targets.contents;
  console.out(
    `targets version ${targets.version}, good until ${targets.expiresAt.toISOString()}${lacking(targets.missing)}`,
  );
  for (const { path, size, sha256, facts } of installers) {
    console.out(`  ${path}  ${size} bytes  sha256 ${sha256}  ${facts.publisher?.subject ?? 'not signed'}`);
  }
  if (installers.length === 0) console.out('  no installers');
  for (const [product, rules] of Object.entries(prohibited)) {
    for (const rule of rules) {
      const what = 'below' in rule ? `everything below ${rule.below}` : rule.version;
      console.out(`  prohibited of ${product}: ${what} (${rule.reason})`);
    }
  }
  console.out(`  director: ${directorKeys.map((key) => keyIdOf(key).slice(0, 16)).join(', ')}`);
}

function lacking(missing: number): string {
  return missing === 0 ? ', fully signed' : `, lacks ${missing} signature(s)`;
}
