// The digest of an MSI that its signature is about: all streams in a fixed order, without the signature's own.
import { createHash, type Hash } from 'node:crypto';
import type { Digest } from './algorithms.ts';
import type { CompoundFile } from './compound-file.ts';
import type { StorageEntry, StreamEntry } from './compound-directory.ts';
import { SIGNATURE_EX_STREAM, SIGNATURE_STREAM } from './signature-streams.ts';

/** Below this size a stream is read in one step. */
const SMALL_BYTES = 16 * 1024;

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
