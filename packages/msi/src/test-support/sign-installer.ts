// Signs installers with osslsigncode, changes them afterwards, and asks osslsigncode what it thinks.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CompoundFile } from '../compound-file.ts';
import type { StorageEntry, StreamEntry } from '../compound-directory.ts';
import { SIGNATURE_STREAM } from '../signature-streams.ts';
import { makeCompoundFile, type MadeStorage } from './compound-file-maker.ts';
import { bundle, type Identity } from './make-identity.ts';
import { attempt, run } from './run.ts';

export interface SigningRecipe {
  readonly signer: Identity;
  /** Further certificates to carry along. */
  readonly carried?: readonly Identity[];
  readonly digest?: 'sha256' | 'sha384' | 'sha512' | 'sha1' | 'md5';
  readonly extended?: boolean;
  /** Address of a time-stamp authority. */
  readonly timeStampUrl?: string;
  readonly more?: readonly string[];
}

/** Signs `input` into `folder/name` and gives that path. */
export async function signInstaller(
  folder: string,
  name: string,
  input: string,
  recipe: SigningRecipe,
): Promise<string> {
  const output = join(folder, name);
  const args = [
    'sign',
    '-certs',
    recipe.signer.certificate,
    '-key',
    recipe.signer.key,
    '-h',
    recipe.digest ?? 'sha256',
  ];
  if (recipe.carried !== undefined) args.push('-ac', await bundle(`${output}.carried`, recipe.carried));
  if (recipe.extended === true) args.push('-add-msi-dse');
  if (recipe.timeStampUrl !== undefined) args.push('-ts', recipe.timeStampUrl);
  await run('osslsigncode', [...args, ...(recipe.more ?? []), '-in', input, '-out', output], folder);
  return output;
}

/** Whether osslsigncode finds the signature good under these roots, at that time. */
export async function isGoodForOsslsigncode(path: string, folder: string, roots: string, at?: Date): Promise<boolean> {
  const time = at === undefined ? [] : ['-time', String(Math.floor(at.getTime() / 1000))];
  const args = ['verify', '-CAfile', roots, '-TSA-CAfile', roots, ...time, '-in', path];
  return (await attempt('osslsigncode', args, folder)).status === 0;
}

/** The signature of a signed installer: a DER SignedData. */
export function signatureOf(path: string): Promise<Buffer> {
  return CompoundFile.with(path, (file) => Buffer.from(file.read(streamOf(file.root, SIGNATURE_STREAM))));
}

/**
 * Writes the installer anew with other streams: `change` gets each stream of the root and gives its content, or null to
 * leave it out; `rename` gives its name. Everything else stays as it was signed.
 */
export async function rewritten(
  path: string,
  output: string,
  change: (name: string, content: Buffer) => Buffer | null,
  rename: (name: string) => string = (name) => name,
): Promise<string> {
  const children = (await contentsOf(path)).flatMap((node): MadeStorage['children'] => {
    if ('children' in node) return [node];
    const content = change(node.name, node.content);
    return content === null ? [] : [{ name: rename(node.name), content }];
  });
  await writeFile(output, makeCompoundFile(children).bytes);
  return output;
}

/** Everything in a compound file, to be written anew. */
export function contentsOf(path: string): Promise<MadeStorage['children']> {
  return CompoundFile.with(path, (file) => {
    const copy = (storage: StorageEntry): MadeStorage['children'] =>
      storage.children.map((entry) =>
        entry.kind === 'storage'
          ? { name: entry.name, children: copy(entry) }
          : { name: entry.name, content: Buffer.from(file.read(entry)) },
      );
    return copy(file.root);
  });
}

function streamOf(storage: StorageEntry, name: string): StreamEntry {
  const entry = storage.children.find((child) => child.name === name);
  if (entry?.kind !== 'stream') throw new Error(`There is no stream ${name}`);
  return entry;
}
