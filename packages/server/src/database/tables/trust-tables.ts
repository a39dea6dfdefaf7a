// Keys and documents that workstations trust, and which process may do what only one may.
import type { Instant, Nullable } from './column-types.ts';

interface SigningKeysTable {
  id: string;
  /** `root`, `targets`, `snapshot`, `timestamp` or `director`. */
  role: string;
  publicKey: string;
  /** The private key, encrypted under the passphrase; null where it is kept elsewhere. */
  privateKey: Nullable<string>;
  createdAt: Instant;
  retiredAt: Nullable<Instant>;
}

interface TrustFilesTable {
  /** As it is served: `1.root.json`, `timestamp.json`, `targets/<hash>.director.json`. */
  name: string;
  content: string;
  publishedAt: Instant;
}

interface LeasesTable {
  name: string;
  holder: string;
  until: Instant;
  /** Rises with every new holder: a write under an older fence is refused. */
  fence: number;
}

/** Signing keys, trusted documents, and leases. */
export interface TrustTables {
  signingKeys: SigningKeysTable;
  trustFiles: TrustFilesTable;
  leases: LeasesTable;
}
