// The digest of an MSI that its signature is about: all streams in a fixed order, without the signature's own.
import { createHash, type Hash } from 'node:crypto';
import type { Digest } from './algorithms.ts';
import type { CompoundFile } from './compound-file.ts';
import type { StorageEntry, StreamEntry } from './compound-directory.ts';
import { SIGNATURE_EX_STREAM, SIGNATURE_STREAM } from './signature-streams.ts';

/** Below this size a stream is read in one step. */
const SMALL_BYTES = 16 * 1024;
/** Byte order, version, system, class, and number of sections of a property set ([MS-OLEPS] 2.21). */
const PROPERTY_SET_HEADER_BYTES = 28;

/**
 * The digest over the contents of all streams; after the digest over names and times where the signature is extended
 * by one. Reads the whole file once, in bounded memory.
 */
export async function contentDigest(file: CompoundFile, digest: Digest, extension: Buffer | null): Promise<Buffer> {
  const hash = createHash(digest);
  if (extension !== null) hash.update(extension);
  await hashStorage(file, file.root, hash, true);
  return hash.digest();
}

/**
 * The digest over what is not content: class and state bits of the root and, per entry, its name, size or class, state
 * bits and times. It is what the stream `MsiDigitalSignatureEx` has to hold.
 */
export function metadataDigest(file: CompoundFile, digest: Digest): Buffer {
  const hash = createHash(digest);
  hash.update(file.root.clsid).update(file.root.stateBits);
  hashMetadata(file.root, hash, true);
  return hash.digest();
}

/**
 * Whether a file without the stream `MsiDigitalSignatureEx` may have had one when it was signed. The digest over names
 * and times is hashed before all streams; given another name that sorts first, that stream would be hashed at the same
 * place, and nobody would look at names and times any more. So what comes first has to be what comes first in every
 * real package: a property set such as the summary information, which such a digest cannot be.
 */
export function mayHideExtension(file: CompoundFile): boolean {
  const first = inSignedOrder(file.root, true).find((entry) => entry.kind === 'storage' || entry.size > 0);
  if (first?.kind !== 'stream' || first.size < PROPERTY_SET_HEADER_BYTES) return true;
  const header = file.read(first, 0, PROPERTY_SET_HEADER_BYTES);
  const isPropertySet = header.readUInt32LE(0) === 0xfffe && [1, 2].includes(header.readUInt32LE(24));
  return !isPropertySet;
}

async function hashStorage(file: CompoundFile, storage: StorageEntry, hash: Hash, isRoot: boolean): Promise<void> {
  for (const entry of inSignedOrder(storage, isRoot)) {
    if (entry.kind === 'storage') await hashStorage(file, entry, hash, false);
    else if (entry.size <= SMALL_BYTES) hash.update(file.read(entry));
    else for await (const chunk of file.chunks(entry)) hash.update(chunk);
  }
  hash.update(storage.clsid);
}

function hashMetadata(storage: StorageEntry, hash: Hash, isRoot: boolean): void {
  for (const entry of inSignedOrder(storage, isRoot)) {
    hash.update(entry.nameBytes.subarray(0, -2));
    if (entry.kind === 'storage') hash.update(entry.clsid);
    else hash.update(lowSize(entry.size));
    hash.update(entry.stateBits).update(entry.times);
    if (entry.kind === 'storage') hashMetadata(entry, hash, false);
  }
}

/** By the bytes of the names with their terminators; the signature's own streams are left out. */
function inSignedOrder(storage: StorageEntry, isRoot: boolean): (StorageEntry | StreamEntry)[] {
  return storage.children
    .filter(({ name }) => !isRoot || (name !== SIGNATURE_STREAM && name !== SIGNATURE_EX_STREAM))
    .sort((a, b) => Buffer.compare(a.nameBytes, b.nameBytes));
}

function lowSize(size: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(size % 2 ** 32);
  return bytes;
}
