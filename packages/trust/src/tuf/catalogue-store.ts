// What a workstation keeps of the catalogue: one file, written atomically, in two copies, so that damage costs nothing.
import * as z from 'zod';
import { TrustError } from '../trust-error.ts';
import { directorPath, documentPaths, prohibitedPath } from './catalogue-documents.ts';
import type { MetadataState } from './metadata-workflow.ts';

/** Where the files lie. */
export type CatalogueStorage = {
  /** The file's bytes; null where there is none. */
  read(name: string): Promise<Uint8Array | null>;
  /** Writes a file whole or not at all (temporary file, fsync, rename). */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Puts a damaged file out of the way, under another name, for whoever looks into it. */
  setAside(name: string): Promise<void>;
};

/** A set of metadata and documents that fitted together when it was stored. */
export type CompleteSet = {
  /** How many of the roots there were when it was verified, under the last of them. */
  rootCount: number;
  timestamp: Uint8Array;
  snapshot: Uint8Array;
  targets: Uint8Array;
  documents: ReadonlyMap<string, Uint8Array>;
};

/** Everything that is kept: what the workflow needs, and the last complete set. */
export type StoredCatalogue = { state: MetadataState; complete: CompleteSet | null };

/** The two copies; the second is written only when a set is complete. */
const copies = ['catalogue.json', 'catalogue.backup.json'] as const;

const completeSchema = z.strictObject({
  rootCount: z.int().min(1),
  timestamp: z.string(),
  snapshot: z.string(),
  targets: z.string(),
  [directorPath]: z.string(),
  [prohibitedPath]: z.string(),
});

const fileSchema = z.strictObject({
  format: z.literal(1),
  roots: z.array(z.string()).min(1),
  timestamp: z.string().nullable(),
  etag: z.string().nullable(),
  snapshot: z.string().nullable(),
  targets: z.record(z.string(), z.string()),
  complete: completeSchema.nullable(),
});

/** What was kept, and what verifying it gave. */
export type LoadedCatalogue<T> = { stored: StoredCatalogue; verified: T };

/** Reads and writes what is kept. */
export class CatalogueStore<T> {
  readonly #storage: CatalogueStorage;
  readonly #verify: (stored: StoredCatalogue) => T;
  readonly #onDamage: (name: string, error: TrustError) => void;
  /** What was loaded last, and from which bytes: the same bytes need not be verified twice. */
  #last: { bytes: Uint8Array; loaded: LoadedCatalogue<T> } | null = null;

  /**
   * @param verify throws a TrustError where what was kept does not hold
   * @param onDamage told of each file that was set aside, and why
   */
  constructor(
    storage: CatalogueStorage,
    verify: (stored: StoredCatalogue) => T,
    onDamage: (name: string, error: TrustError) => void,
  ) {
    this.#storage = storage;
    this.#verify = verify;
    this.#onDamage = onDamage;
  }

  /** The first copy that can be read and passes `verify`; those before it are set aside. Null where there is none. */
  async load(): Promise<LoadedCatalogue<T> | null> {
    for (const name of copies) {
      const bytes = await this.#storage.read(name);
      if (bytes === null) continue;
      if (this.#last !== null && Buffer.compare(this.#last.bytes, bytes) === 0) return this.#last.loaded;
      try {
        const stored = parse(name, bytes);
        const loaded = { stored, verified: this.#verify(stored) };
        this.#last = { bytes, loaded };
        return loaded;
      } catch (error) {
        if (!(error instanceof TrustError)) throw error;
        await this.#storage.setAside(name);
        this.#onDamage(name, error);
      }
    }
    return null;
  }

  /** Keeps what passed so far. */
  async saveProgress(stored: StoredCatalogue): Promise<void> {
    await this.#storage.write(copies[0], write(stored));
  }

  /** Keeps a complete set, in both copies. */
  async saveComplete(stored: StoredCatalogue): Promise<void> {
    const bytes = write(stored);
    for (const name of copies) await this.#storage.write(name, bytes);
  }
}

function write({ state, complete }: StoredCatalogue): Uint8Array {
  const file: z.infer<typeof fileSchema> = {
    format: 1,
    roots: state.roots.map(textOf),
    timestamp: state.timestamp && textOf(state.timestamp),
    etag: state.etag,
    snapshot: state.snapshot && textOf(state.snapshot),
    targets: Object.fromEntries([...state.targets].map(([role, bytes]) => [role, textOf(bytes)])),
    complete: complete && {
      rootCount: complete.rootCount,
      timestamp: textOf(complete.timestamp),
      snapshot: textOf(complete.snapshot),
      targets: textOf(complete.targets),
      [directorPath]: textOf(complete.documents.get(directorPath) ?? new Uint8Array()),
      [prohibitedPath]: textOf(complete.documents.get(prohibitedPath) ?? new Uint8Array()),
    },
  };
  return Buffer.from(JSON.stringify(file));
}

function parse(name: string, bytes: Uint8Array): StoredCatalogue {
  let json: unknown;
  try {
    json = JSON.parse(textOf(bytes));
  } catch (cause) {
    throw new TrustError('metadata.malformed', `${name} is not JSON.`, { cause });
  }
  const parsed = fileSchema.safeParse(json);
  if (!parsed.success) {
    throw new TrustError('metadata.malformed', `${name} is not of the form it was written in.`, {
      cause: parsed.error,
    });
  }
  const { roots, timestamp, etag, snapshot, targets, complete } = parsed.data;
  return {
    state: {
      roots: roots.map(bytesOf),
      timestamp: timestamp === null ? null : bytesOf(timestamp),
      etag,
      snapshot: snapshot === null ? null : bytesOf(snapshot),
      targets: new Map(Object.entries(targets).map(([role, text]) => [role, bytesOf(text)])),
    },
    complete: complete && {
      rootCount: complete.rootCount,
      timestamp: bytesOf(complete.timestamp),
      snapshot: bytesOf(complete.snapshot),
      targets: bytesOf(complete.targets),
      documents: new Map(documentPaths.map((path) => [path, bytesOf(complete[path])])),
    },
  };
}

/** Whatever is stored has been read as strict UTF-8 before, so nothing is lost as text. */
function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8');
}

function bytesOf(text: string): Uint8Array {
  return Buffer.from(text, 'utf8');
}
