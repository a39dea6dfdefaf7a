// Backup, loss and restore: the server comes back, and its workstations go on without noticing more than what was lost.
import { mkdir, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { CheckAnswer, TrustOverview } from '@usher/protocol';
import { verifyPolicy } from '@usher/trust';
import {
  approvedInstaller,
  contosoInstallers,
  ownerEmail,
  startAgain,
  testPassword,
  testServer,
  uploadInstaller,
  type TestServer,
} from '@usher/testkit';
import { CatalogueClient } from '../features/trust/test-support/catalogue-client.ts';
import { operatorOf } from '../features/trust/test-support/operator.ts';
import { activate, machineSystem, makeKey, newMachine } from '../features/workstations/test-support/machine.ts';
import { dumpOf, putBack } from './test-support/postgres-dump.ts';

const { '3.22.1': older, '3.23.0': newer } = contosoInstallers();

let server: TestServer;
let operator: ReturnType<typeof operatorOf>;
/** What the operator of a PostgreSQL server dumped before the backup. */
let dump: Awaited<ReturnType<typeof dumpOf>> | undefined;

beforeEach(async () => {
  server = await testServer();
  operator = operatorOf(server);
  dump = undefined;
});
afterEach(() => server.close());

const isPostgres = () => server.system.config.database.kind === 'postgres';
const data = () => join(server.folder, 'data');

/** A workstation: it keeps its token, its catalogue and the newest event that it has seen, whatever becomes of the server. */
class Workstation {
  readonly #token: string;
  readonly #id: string;
  readonly catalogue: CatalogueClient;
  log: { seq: number; hash: string } | undefined;

  constructor(token: string, id: string) {
    this.#token = token;
    this.#id = id;
    const present = {
      get system() {
        return server.system;
      },
      get clock() {
        return server.clock;
      },
      get anonymous() {
        return server.anonymous;
      },
    };
    this.catalogue = new CatalogueClient(present);
  }

  static async activated(hostname = 'PC-0001'): Promise<Workstation> {
    const { key } = await makeKey(server.owner, { autoAuthorize: true });
    const { token, workstationId } = await activate(server.anonymous, newMachine(hostname), key);
    return new Workstation(token, workstationId);
  }

  /** Checks, verifies the answer as the client does, and remembers the newest event. */
  async check(): Promise<CheckAnswer> {
    const answer = await server.withToken(this.#token).post<CheckAnswer>('/workstation/check', {
      installedVersion: '3.22.1',
      hostname: 'PC-0001',
      os: machineSystem,
      nonce: 'n',
      protocol: 1,
      ...(this.log === undefined ? {} : { log: this.log }),
    });
    const { directorKeys: keys } = await this.catalogue.refresh();
    const policy = verifyPolicy(answer.policy, { keys, workstationId: this.#id, nonce: 'n' });
    if (policy.log.seq >= (this.log?.seq ?? 0)) this.log = policy.log;
    return answer;
  }
}

async function backup(name = 'backup'): Promise<string> {
  const { database } = server.system.config;
  if (database.kind === 'postgres') dump = await dumpOf(database.url);
  return operator.does(`backup ${name}`);
}

/** The machine is lost, but for what was backed up, and the passphrase. */
async function lose(): Promise<void> {
  await server.system.stop();
  await rm(data(), { recursive: true });
  const { database } = server.system.config;
  if (database.kind === 'postgres' && dump !== undefined) await putBack(database.url, dump);
}

const isReady = async () => (await server.anonymous.request('GET', '/readyz')).status === 200;

test('a restored server is the same to its workstations, though events and approvals of a day are lost', async () => {
  await approvedInstaller(server.owner, older.path);
  const workstation = await Workstation.activated();
  await workstation.check();
  const { token } = await server.owner.post<{ token: string }>('/tokens', { name: 'ci', role: 'viewer' }, 201);
  const fingerprint = server.system.trust.rootFingerprint();
  expect(await backup()).toMatch(/1 installer\(s\), events up to \d+/);
  expect(JSON.stringify(await readdir(join(server.folder, 'backup')))).not.toContain('passphrase');

  // A day passes, of which workstations have seen what nobody will remember.
  server.clock.advance({ hours: 20 });
  await approvedInstaller(await server.anonymous.signIn(ownerEmail, testPassword), newer.path);
  for (let hours = 0; hours < 3; hours += 1) {
    server.clock.advance({ hours: 1 });
    await server.system.jobs.runNow('trust.renew');
  }
  await workstation.check();
  const seen = { ...(await workstation.catalogue.refresh()).versions, log: workstation.log?.seq ?? 0 };

  await lose();
  server.clock.advance({ hours: 1 });
  expect(await operator.does('restore backup')).toMatch(/^Restored as of 2026-11-20T09:00:00\.000Z: 1 installer/);
  server = await startAgain(server);

  expect(server.system.trust.rootFingerprint()).toBe(fingerprint);
  expect((await server.withToken(token).request('GET', '/api/v1/installers')).status).toBe(200);
  const { versions } = await workstation.catalogue.refresh();
  for (const role of ['targets', 'snapshot', 'timestamp'] as const) expect(versions[role]).toBeGreaterThan(seen[role]);
  const answer = await workstation.check();
  expect(answer.verdict.action).toBe('run');
  expect(workstation.log?.seq).toBeGreaterThan(seen.log);
  // What it had seen is told as lost: no alarm, now or at the next check.
  await workstation.check();
  expect(await isReady()).toBe(true);
  const owner = await server.anonymous.signIn(ownerEmail, testPassword);
  expect(await owner.get('/events/verify')).toMatchObject({ intact: true });
  expect(await operator.does('events verify')).toMatch(/^The log is whole: \d{1,3} events\.$/);
  expect((await owner.get<TrustOverview>('/trust')).warnings.map(({ code }) => code)).toContain('events-lost');

  // The day is lived again, and a second loss is survived by the same, old backup.
  const again = await uploadInstaller(owner, newer.path);
  await owner.post(`/installers/${again.id}/approve`, { acknowledged: true });
  await workstation.check();
  await lose();
  server.clock.advance({ hours: 1 });
  await operator.does('restore backup');
  server = await startAgain(server);
  await workstation.check();
  expect(await isReady()).toBe(true);
});

test('a workstation that has seen what the restored server never said still raises the alarm', async () => {
  await approvedInstaller(server.owner, older.path);
  const workstation = await Workstation.activated();
  await workstation.check();
  await backup();
  await lose();
  server.clock.advance({ hours: 1 });
  await operator.does('restore backup');
  server = await startAgain(server);
  await workstation.check();
  const { seq = 0 } = workstation.log ?? {};
  workstation.log = { seq: seq + 1000, hash: 'f'.repeat(64) };
  await workstation.check();
  expect(await isReady()).toBe(false);
});

test('where the key of targets is elsewhere, the restored server waits for a signature, and starts go on', async () => {
  await approvedInstaller(server.owner, older.path);
  await operator.does('key export targets --to targets.key --passphrase-stdin', 'carried on a paper\n');
  const workstation = await Workstation.activated();
  await workstation.check();
  await backup();
  await lose();
  server.clock.advance({ hours: 1 });
  expect(await operator.does('restore backup')).toMatch(/Until a catalogue is signed there no workstation can install/);
  server = await startAgain(server);
  await workstation.check();
  await operator.does('publish draft --to draft.json');
  await operator.does(
    'publish sign --key targets.key --in draft.json --out s.json --passphrase-stdin',
    'carried on a paper\n',
  );
  await operator.does('publish apply s.json');
  const { versions } = await workstation.catalogue.refresh();
  expect(versions.targets).toBeGreaterThan(1_000_000_000);
});

describe('a restore is refused, and leaves the data folder empty,', () => {
  beforeEach(async () => {
    await approvedInstaller(server.owner, older.path);
    await backup();
  });

  test('where it is not empty', async () => {
    await writeFile(join(data(), 'anything'), '');
    expect(await operator.fails('restore backup')).toMatch(/is not empty\. Move what is there aside/);
    expect(await operator.fails('backup backup')).toMatch(/is not empty: a backup goes to a new folder/);
  });

  test('with another passphrase, or none', async () => {
    await lose();
    const file = join(server.folder, 'data.passphrase');
    const right = await readFile(file, 'utf8');
    await writeFile(file, 'another passphrase\n');
    expect(await operator.fails('restore backup')).toMatch(/does not open the signing keys of this database/);
    await rm(file);
    expect(await operator.fails('restore backup')).toMatch(/is missing: .* does not exist\. Put the file back/);
    expect((await readdir(data())).filter((name) => name !== 'usher.lock')).toEqual([]);
    await writeFile(file, right);
    await operator.does('restore backup');
  });

  test('where the backup is damaged', async () => {
    await lose();
    const file = join(server.folder, 'backup', 'installers', older.sha256.slice(0, 2), older.sha256);
    const bytes = await readFile(file);
    await writeFile(file, Buffer.concat([bytes.subarray(0, -1), Buffer.from([bytes.at(-1) === 0 ? 1 : 0])]));
    expect(await operator.fails('restore backup')).toMatch(
      /The backup is damaged: .* is not the file that was backed up/,
    );
    await rm(file);
    expect(await operator.fails('restore backup')).toMatch(/The backup is damaged: .* is missing/);
    await writeFile(file, bytes);
    if (!isPostgres()) {
      await truncate(join(server.folder, 'backup', 'usher.db'), 8192);
      expect(await operator.fails('restore backup')).toMatch(/usher\.db is not the file that was backed up/);
    }
    await writeFile(join(server.folder, 'backup', 'backup.json'), '{}');
    expect(await operator.fails('restore backup')).toMatch(/damaged: backup\.json cannot be read/);
    await rm(join(server.folder, 'backup', 'backup.json'));
    expect(await operator.fails('restore backup')).toMatch(/holds no backup that was finished/);
    expect((await readdir(data())).filter((name) => name !== 'usher.lock')).toEqual([]);
  });
});

test('a backup that cannot be whole leaves nothing behind, and the same command makes it once the cause is gone', async () => {
  await approvedInstaller(server.owner, older.path);
  const file = join(data(), 'installers', older.sha256.slice(0, 2), older.sha256);
  const bytes = await readFile(file);
  await rm(file);
  expect(await operator.fails('backup backup')).toMatch(/The file of an installer is missing/);
  expect(await readdir(join(server.folder, 'backup'))).toEqual([]);
  expect(await operator.fails('restore backup')).toMatch(/holds no backup that was finished|is not empty/);
  await writeFile(file, bytes);
  expect(await operator.does('backup backup')).toMatch(/1 installer\(s\)/);
});

test('of two backups into one folder at once, one is made whole, and the other takes nothing away from it', async () => {
  await approvedInstaller(server.owner, older.path);
  const both = await Promise.allSettled([operator.does('backup backup'), operator.does('backup backup')]);
  expect(both.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected']);
  const copied = isPostgres() ? [] : ['usher.db'];
  expect((await readdir(join(server.folder, 'backup'))).sort()).toEqual(['backup.json', 'installers', ...copied]);
});

test('no server begins anew in the folder of a restore that was cut off', async () => {
  await server.system.stop();
  await rm(data(), { recursive: true, force: true });
  await mkdir(data());
  await writeFile(join(data(), 'usher.db.restoring'), 'half of it');
  expect(await operator.fails('serve')).toMatch(/A restore into .* was cut off\. Remove what is in that folder/);
  expect(await readdir(data())).toEqual(['usher.db.restoring']);
});
