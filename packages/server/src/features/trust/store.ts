// Signing keys and the files of the catalogue in SQL.
import type { Insertable, Selectable, Updateable } from 'kysely';
import { consistentTargetName, type Repository } from '@usher/trust';
import type { Reader, Transaction } from '../../database/database.ts';
import type { Tables } from '../../database/schema.ts';

/** A signing key as it is stored. */
export type SigningKeyRow = Selectable<Tables['signingKeys']>;

/** What every workstation's trust begins with. */
export const firstRoot = '1.root.json';
/** The file that is replaced at every publication: whoever holds its row publishes. */
const timestampFile = 'timestamp.json';
/** The next root while it lacks signatures. No name under which anything is served. */
const draftRootFile = 'drafts/root';
/** The setting that keeps what a restore set. */
const versionFloorSetting = 'trust.versionFloor';

/** The keys that are not retired, and those that still sign until what retires them is published; oldest first. */
export function usableKeys(read: Reader): Promise<SigningKeyRow[]> {
  return read
    .selectFrom('signingKeys')
    .selectAll()
    .where((e) => e.or([e('retiredAt', 'is', null), e('privateKey', 'is not', null)]))
    .orderBy('createdAt')
    .orderBy('id')
    .execute();
}

/** Public keys of every director that this database has known, also of those whose private half is long erased. */
export async function directorKeysEver(read: Reader): Promise<string[]> {
  const rows = await read.selectFrom('signingKeys').select('publicKey').where('role', '=', 'director').execute();
  return rows.map(({ publicKey }) => publicKey);
}

export async function insertKeys({ db }: Transaction, keys: Insertable<Tables['signingKeys']>[]): Promise<void> {
  await db.insertInto('signingKeys').values(keys).execute();
}

/** Changes one key's row. */
export async function updateKey(
  { db }: Transaction,
  { role, id }: Pick<SigningKeyRow, 'role' | 'id'>,
  change: Updateable<Tables['signingKeys']>,
): Promise<void> {
  await db.updateTable('signingKeys').set(change).where('role', '=', role).where('id', '=', id).execute();
}

/** The text of a file of the catalogue, as it is served. */
export async function findFile(read: Reader, name: string): Promise<string | undefined> {
  const row = await read.selectFrom('trustFiles').select('content').where('name', '=', name).executeTakeFirst();
  return row?.content;
}

/** Makes this transaction the only one that publishes, until it ends. */
export async function lockCatalogue({ db }: Transaction): Promise<void> {
  await db.selectFrom('trustFiles').select('name').where('name', '=', timestampFile).forUpdate().execute();
}

/** The first files of a catalogue. Fails on a unique key where another process was quicker. */
export async function insertFiles({ db }: Transaction, files: ReadonlyMap<string, Uint8Array>, at: string) {
  for (const [name, bytes] of files)
    await db
      .insertInto('trustFiles')
      .values(fileRow(name, bytes, at))
      .execute();
}

/** Writes the files of a publication: versioned ones are new, or the same as before; the timestamp is replaced. */
export async function writeFiles({ db }: Transaction, files: ReadonlyMap<string, Uint8Array>, at: string) {
  for (const [name, bytes] of files) {
    const row = fileRow(name, bytes, at);
    await db
      .insertInto('trustFiles')
      .values(row)
      .onConflict((conflict) =>
        conflict.column('name').doUpdateSet({ content: row.content, publishedAt: row.publishedAt }),
      )
      .execute();
  }
}

/** Deletes files published before an instant, but for those named and every root: old clients walk through all of them. */
export async function deleteFilesBefore({ db }: Transaction, before: string, kept: readonly string[]): Promise<void> {
  await db
    .deleteFrom('trustFiles')
    .where('publishedAt', '<', before)
    .where('name', 'not like', '%.root.json')
    .where('name', 'not in', [timestampFile, draftRootFile, ...kept])
    .execute();
}

/** The newest metadata of each role, and the names of the files that they vouch for. */
export interface StoredCatalogue {
  readonly repository: Repository;
  /** Snapshot, targets, and the documents among the targets, as they are served. */
  readonly names: readonly string[];
}

/** The newest metadata, found from the timestamp on, as a client does; null where there is none yet. */
export async function readCatalogue(read: Reader): Promise<StoredCatalogue | null> {
  const timestamp = await findFile(read, timestampFile);
  if (timestamp === undefined) return null;
  const snapshotName = `${versionIn(timestamp, 'snapshot.json')}.snapshot.json`;
  const snapshot = await requireFile(read, snapshotName);
  const targetsName = `${versionIn(snapshot, 'targets.json')}.targets.json`;
  const targets = await requireFile(read, targetsName);
  const root = await requireFile(read, `${await newestRoot(read)}.root.json`);
  return {
    repository: {
      root: Buffer.from(root),
      targets: Buffer.from(targets),
      snapshot: Buffer.from(snapshot),
      timestamp: Buffer.from(timestamp),
    },
    names: [snapshotName, targetsName, ...documentNames(targets)],
  };
}

/** The next root, which lacks signatures; null where none waits. */
export async function readDraftRoot(read: Reader): Promise<Uint8Array | null> {
  const content = await findFile(read, draftRootFile);
  return content === undefined ? null : Buffer.from(content);
}

/** Keeps the next root until it has its signatures; null forgets it. */
export async function saveDraftRoot(tx: Transaction, bytes: Uint8Array | null, at: string): Promise<void> {
  if (bytes === null) await tx.db.deleteFrom('trustFiles').where('name', '=', draftRootFile).execute();
  else await writeFiles(tx, new Map([[draftRootFile, bytes]]), at);
}

/** Public keys of the director that the published catalogue names; none where there is no catalogue yet. */
export async function publishedDirectorKeys(read: Reader): Promise<readonly string[]> {
  const catalogue = await readCatalogue(read);
  const name = catalogue?.names.find((file) => file.endsWith('.director.json'));
  if (name === undefined) return [];
  return (JSON.parse(await requireFile(read, name)) as { keys: string[] }).keys;
}

/** What no new version of the metadata may be below, the root's apart; 0 where nothing was ever restored. */
export async function readVersionFloor(read: Reader): Promise<number> {
  const row = await read
    .selectFrom('settings')
    .select('value')
    .where('name', '=', versionFloorSetting)
    .executeTakeFirst();
  return row === undefined ? 0 : (JSON.parse(row.value) as number);
}

export async function saveVersionFloor({ db }: Transaction, floor: number): Promise<void> {
  const value = JSON.stringify(floor);
  await db
    .insertInto('settings')
    .values({ name: versionFloorSetting, value })
    .onConflict((conflict) => conflict.column('name').doUpdateSet({ value }))
    .execute();
}

/** When the timestamp was published last. */
export async function timestampPublishedAt(read: Reader): Promise<string | undefined> {
  const row = await read
    .selectFrom('trustFiles')
    .select('publishedAt')
    .where('name', '=', timestampFile)
    .executeTakeFirst();
  return row?.publishedAt;
}

async function newestRoot(read: Reader): Promise<number> {
  const rows = await read.selectFrom('trustFiles').select('name').where('name', 'like', '%.root.json').execute();
  return Math.max(...rows.map(({ name }) => Number.parseInt(name, 10)));
}

async function requireFile(read: Reader, name: string): Promise<string> {
  const content = await findFile(read, name);
  if (content === undefined) throw new Error(`The catalogue is not whole: ${name} is missing from the database.`);
  return content;
}

/** The version of another file that metadata of ours vouches for. */
function versionIn(metadata: string, name: string): number {
  const { signed } = JSON.parse(metadata) as { signed: { meta: Record<string, { version: number } | undefined> } };
  const version = signed.meta[name]?.version;
  if (version === undefined) throw new Error(`The catalogue is not whole: nothing vouches for ${name}.`);
  return version;
}

/** The names under which the documents among the targets are served. */
function documentNames(targets: string): string[] {
  const { signed } = JSON.parse(targets) as { signed: { targets: Record<string, { hashes: { sha256: string } }> } };
  return Object.entries(signed.targets)
    .filter(([path]) => !path.includes('/'))
    .map(([path, { hashes }]) => `targets/${consistentTargetName(path, hashes.sha256)}`);
}

function fileRow(name: string, bytes: Uint8Array, publishedAt: string) {
  return { name, content: Buffer.from(bytes).toString('utf8'), publishedAt };
}
