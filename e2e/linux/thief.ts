// Somebody who holds a server's whole disk, database and passphrase, and answers workstations in its name.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Policy } from '@usher/core';
import { canonicalJson, openKey, signPolicy, type SigningKey } from '@usher/trust';
import { Middleman, type Asked, type Meddling } from '../support/middleman.ts';

/** The signed part of metadata, as JSON. */
export interface Signed {
  readonly version: number;
  readonly [member: string]: unknown;
}

type Change = (signed: Signed) => Signed;
type OnlineRole = 'director' | 'snapshot' | 'timestamp';

const catalogue = '/api/v1/workstation/tuf/';

/**
 * The address that workstations know: what is asked there goes to the real server, until the thief answers instead.
 * Dispose of it: that closes the address.
 */
export class Thief implements AsyncDisposable {
  readonly #middleman: Middleman;
  readonly #keys = new Map<string, SigningKey>();
  readonly #files = new Map<string, Buffer | null>();
  #folder = '';
  #policy: ((policy: Policy) => Policy) | null = null;
  /** Above every version that was shown so far, so that nothing is refused for its age alone. */
  #version = 1_000;

  private constructor(middleman: Middleman) {
    this.#middleman = middleman;
  }

  static async listen(): Promise<Thief> {
    const middleman = await Middleman.listen();
    const thief = new Thief(middleman);
    middleman.meddle = (asked) => thief.#meddle(asked);
    return thief;
  }

  get url(): string {
    return this.#middleman.url;
  }

  /** Passes everything on to this server. */
  passTo(url: string): void {
    this.#middleman.passTo(url);
  }

  /** Gets at a server's disk. */
  reach(folder: string): void {
    this.#folder = folder;
  }

  /** Takes the keys that lie there; answers their roles. */
  async steal(): Promise<string[]> {
    const folder = this.#folder;
    const passphrase = (await readFile(join(folder, 'data.passphrase'), 'utf8')).trim();
    const rows = this.read('select role, privateKey from signingKeys where privateKey is not null');
    for (const { role, privateKey } of rows) {
      this.#keys.set(String(role), await openKey(String(privateKey), { passphrase, label: String(role) }));
    }
    return [...this.#keys.keys()].sort();
  }

  /** Reads the database. */
  read(sql: string, ...values: string[]): Record<string, unknown>[] {
    return this.#withDatabase((database) => database.prepare(sql).all(...values));
  }

  /** Writes into the database, beside the running server. */
  write(sql: string, ...values: string[]): void {
    this.#withDatabase((database) => database.prepare(sql).run(...values));
  }

  /** A metadata file as the server has it. */
  stored(name: string): string {
    const [row] = this.read('select content from trustFiles where name = ?', name);
    if (row === undefined) throw new Error(`The server has no ${name}.`);
    return String(row.content);
  }

  /** The number of the newest version of a role. */
  newest(role: 'root' | 'targets' | 'snapshot'): number {
    const rows = this.read('select name from trustFiles where name like ?', `%.${role}.json`);
    return Math.max(...rows.map(({ name }) => Number.parseInt(String(name), 10)));
  }

  /** From now on every policy says something else, signed with the director's own key. */
  signPolicies(change: (policy: Policy) => Policy): void {
    this.#policy = change;
  }

  /** From now on another file is served under a name below the catalogue; null: none. */
  serve(name: string, bytes: Buffer | null): void {
    this.#files.set(catalogue + name, bytes);
  }

  /** Changes metadata, and signs it with whichever of the stolen keys are named. */
  forge(metadata: string, change: Change, keys: readonly SigningKey[]): Buffer {
    const changed = change((JSON.parse(metadata) as { signed: Signed }).signed);
    const bytes = Buffer.from(canonicalJson(changed));
    const signatures = keys.map((key) => ({ keyid: key.keyId, sig: key.sign(bytes).toString('hex') }));
    return Buffer.from(JSON.stringify({ signed: changed, signatures }));
  }

  /** A stolen key. */
  key(role: OnlineRole): SigningKey {
    const key = this.#keys.get(role);
    if (key === undefined) throw new Error(`No key of ${role} was on that disk.`);
    return key;
  }

  get keys(): readonly SigningKey[] {
    return [...this.#keys.values()];
  }

  /** Serves targets metadata with a new snapshot and timestamp that vouch for it, properly signed. */
  vouchFor(targets: { readonly bytes: Buffer; readonly version: number }): void {
    this.#version += 1;
    const version = this.#version;
    this.serve(`${targets.version}.targets.json`, targets.bytes);
    const snapshot = this.forge(
      this.stored(`${this.newest('snapshot')}.snapshot.json`),
      (signed) => ({ ...signed, version, meta: { 'targets.json': metaOf(targets.bytes, targets.version) } }),
      [this.key('snapshot')],
    );
    this.serve(`${version}.snapshot.json`, snapshot);
    const meta = { 'snapshot.json': metaOf(snapshot, version) };
    const timestamp = (signed: Signed) => ({ ...signed, version, meta });
    this.serve('timestamp.json', this.forge(this.stored('timestamp.json'), timestamp, [this.key('timestamp')]));
  }

  /** Vouches for the targets metadata that the server has, so that nothing but the lie of the moment is to be refused. */
  vouchForPresent(): void {
    const version = this.newest('targets');
    this.vouchFor({ version, bytes: Buffer.from(this.stored(`${version}.targets.json`)) });
  }

  /** Lets the real server answer again. */
  stop(): void {
    this.#files.clear();
    this.#policy = null;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#middleman[Symbol.asyncDispose]();
  }

  #withDatabase<Result>(work: (database: DatabaseSync) => Result): Result {
    const database = new DatabaseSync(join(this.#folder, 'data', 'usher.db'), { timeout: 5_000 });
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  #meddle({ path }: Asked): Meddling | null {
    const file = this.#files.get(path);
    if (file !== undefined) return { how: 'serve', body: file };
    const isPolicy = path === '/api/v1/workstation/check' && this.#policy !== null;
    return isPolicy ? { how: 'change', body: (body) => this.#resigned(body) } : null;
  }

  #resigned(body: Buffer): Buffer {
    const answer = JSON.parse(body.toString('utf8')) as { policy: string };
    const [, payload = ''] = answer.policy.split('.');
    const policy = JSON.parse(Buffer.from(payload, 'base64url').toString('utf8')) as Policy;
    const changed = this.#policy?.(policy) ?? policy;
    return Buffer.from(JSON.stringify({ ...answer, policy: signPolicy(changed, this.key('director')) }));
  }
}

/** How one metadata file vouches for another. */
function metaOf(bytes: Buffer, version: number) {
  return { version, length: bytes.length, hashes: { sha256: createHash('sha256').update(bytes).digest('hex') } };
}
