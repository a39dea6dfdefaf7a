// Makes a database as a large installation has it: a hundred thousand workstations, two hundred updates, a long log of events.
import { cp, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync, type SQLInputValue } from 'node:sqlite';
import { versionSortKey } from '@usher/core';
import { assignmentStates } from '@usher/protocol';
import { makeLog, migrate, openDatabase, systemClock } from '@usher/server';

/** How much of everything there is. */
export interface Size {
  readonly workstations: number;
  readonly updates: number;
  readonly events: number;
}

/** A large installation. */
export const largeInstallation: Size = { workstations: 100_000, updates: 200, events: 300_000 };

/** Where a large database made before lies, and where a new one is kept: what it holds never changes. */
const kept = process.env.USHER_BENCH_DATABASE;

/** Puts a database of that size into a folder: the one that was kept, or a new one. */
export async function prepareConsoleDatabase(folder: string, size: Size): Promise<void> {
  const file = kept === undefined ? null : join(kept, 'usher.db');
  const isThere = file !== null && (await stat(file).catch(() => null)) !== null;
  if (!isThere) await makeConsoleDatabase(folder, size, Date.now());
  if (file !== null) await cp(isThere ? file : join(folder, 'usher.db'), isThere ? join(folder, 'usher.db') : file);
}

type Row = Readonly<Record<string, SQLInputValue>>;

const minute = 60_000;
const day = 24 * 60 * minute;
const main = 'pr_00000000000000000000000000';
const other = 'pr_00000000000000000000000001';
const owner = JSON.stringify({ kind: 'account', id: 'ac_00000000000000000000000000', name: 'Ada Lovelace' });
const sites = ['lis', 'opo', 'gru', 'poa', 'mad', 'bcn', 'ber', 'muc', 'lon', 'nyc'];
const underWay: readonly string[] = ['downloading', 'downloaded', 'installing'];
const versions = Array.from({ length: 40 }, (_, index) => `3.${10 + Math.floor(index / 4)}.${index % 4}`);

/** An id of a kind, the same for the same number. */
export function idOf(prefix: string, number: number): string {
  return prefix + String(number).padStart(26, '0');
}

/**
 * Fills `usher.db` in a folder that has none.
 * @param now the present, in milliseconds since 1970: everything lies in the year before it
 */
async function makeConsoleDatabase(folder: string, size: Size, now: number): Promise<void> {
  const file = join(folder, 'usher.db');
  const database = openDatabase({ kind: 'sqlite', file }, { log: makeLog('silent', systemClock), synchronous: 'off' });
  await migrate(database, systemClock);
  await database.close();
  const db = new DatabaseSync(file);
  db.exec('pragma journal_mode = wal; pragma synchronous = off; pragma cache_size = -200000; begin');
  const insert = inserter(db);
  const ago = (milliseconds: number): string => new Date(now - milliseconds).toISOString();
  makeProducts(insert, ago);
  makeWorkstations(insert, ago, size);
  makeUpdates(insert, ago, size);
  makeEvents(insert, ago, size);
  db.prepare('update "eventHead" set seq = ?').run(size.events);
  db.exec('commit');
  db.close();
}

type Insert = (table: string, row: Row) => void;
type Ago = (milliseconds: number) => string;

function inserter(db: DatabaseSync): Insert {
  const statements = new Map<string, ReturnType<DatabaseSync['prepare']>>();
  return (table, row) => {
    const names = Object.keys(row);
    const key = `${table} ${names.join()}`;
    let statement = statements.get(key);
    if (statement === undefined) {
      const columns = names.map((name) => `"${name}"`).join(', ');
      statement = db.prepare(`insert into "${table}" (${columns}) values (${names.map(() => '?').join(', ')})`);
      statements.set(key, statement);
    }
    statement.run(...Object.values(row));
  };
}

/** Numbers that look random and are the same in every run (a linear congruential generator, Numerical Recipes). */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function makeProducts(insert: Insert, ago: Ago): void {
  for (const [id, name, number] of [
    [main, 'Contoso Agent', 1],
    [other, 'Contoso Viewer', 2],
  ] as const) {
    insert('products', {
      id,
      name,
      upgradeCode: `{00000000-0000-0000-0000-${String(number).padStart(12, '0')}}`,
      enforcement: id === main ? 'enforce' : 'observe',
      unknownVersions: 'allow',
      graceHours: 336,
      offlineThen: 'run',
      signature: 'signed',
      separationOfDuties: 0,
      createdAt: ago(400 * day),
    });
  }
  let number = 0;
  for (const productId of [main, other]) {
    for (const [index, version] of versions.entries()) {
      for (const architecture of ['x64', 'arm64']) {
        number += 1;
        insert(
          'installers',
          installerRow(number, productId, version, architecture, ago((versions.length - index) * 9 * day)),
        );
      }
    }
  }
}

function installerRow(number: number, productId: string, version: string, architecture: string, at: string): Row {
  const publisher = { subject: 'CN=Contoso Ltd, O=Contoso Ltd, C=PT', issuer: 'CN=Contoso Root' };
  const isPending = version === versions.at(-1);
  const guid = `{${String(number).padStart(8, '0')}-0000-4000-8000-000000000000}`;
  return {
    id: idOf('in_', number),
    productId,
    version,
    versionKey: versionSortKey(version),
    productName: 'Contoso Agent',
    manufacturer: 'Contoso Ltd',
    productCode: guid,
    upgradeCode: `{00000000-0000-0000-0000-${productId === main ? '000000000001' : '000000000002'}}`,
    packageCode: guid,
    architecture,
    language: '1033',
    size: 80_000_000 + number,
    sha256: String(number).padStart(64, '0'),
    fileName: `contoso-agent-${version}-${architecture}.msi`,
    signature: JSON.stringify({
      status: 'valid',
      publisher,
      signedAt: at,
      timestamped: true,
      algorithm: 'SHA-256 with RSA',
      extended: true,
      chain: [],
    }),
    facts: '{}',
    warnings: '[]',
    properties: '{}',
    decision: isPending ? 'pending' : 'approved',
    decidedBy: isPending ? null : owner,
    decidedAt: isPending ? null : at,
    targetPath: `installers/${productId}/${version}/${architecture}.msi`,
    published: isPending ? 0 : 1,
    uploadedBy: owner,
    uploadedAt: at,
  };
}

/** Most have one of the last few versions, few an old one. */
function versionFor(random: (below: number) => number): string {
  const back = Math.min(random(38), random(38), random(38));
  return versions[versions.length - 2 - back] ?? '3.10.0';
}

function makeWorkstations(insert: Insert, ago: Ago, { workstations }: Size): void {
  const random = seeded(1);
  const retired = Math.floor(workstations / 50);
  for (let number = 0; number < workstations + retired; number += 1) {
    const id = idOf('ws_', number);
    const site = sites[number % sites.length] ?? '';
    const hostname = `${site.toUpperCase()}-PC-${String(number).padStart(6, '0')}`;
    const userName = `CONTOSO\\${site}.user${random(workstations)}`;
    const seen = random(100) < 95 ? random(3 * day) : random(90 * day);
    const status = number % 331 === 0 ? 'pending' : number % 211 === 0 ? 'disabled' : 'authorized';
    insert('workstations', {
      id,
      machineId: `{${String(number).padStart(8, '0')}-0000-4000-8000-0123456789ab}`,
      publicKey: 'A'.repeat(43),
      tokenHash: String(number).padStart(64, '0'),
      hostname,
      nameKey: hostname.toLowerCase(),
      searchText: `${hostname}\n${userName}`.toLowerCase(),
      osPlatform: 'win32',
      osRelease: random(3) === 0 ? '10.0.19045' : '10.0.22631',
      osArch: random(20) === 0 ? 'arm64' : 'x64',
      osLanguage: '1033',
      timeZone: site === 'gru' ? 'America/Sao_Paulo' : 'Europe/Lisbon',
      userName,
      status,
      activatedAt: ago(random(300 * day) + day),
      lastSeenAt: ago(seen),
      online: seen < 7 * day ? 1 : 0,
      retiredAt: number < workstations ? null : ago(random(300 * day)),
    });
    if (number % 2 === 0) insert('workstationTags', { workstationId: id, tag: site });
    if (number % 5 === 0) insert('workstationTags', { workstationId: id, tag: `floor-${random(30)}` });
    for (const productId of number % 5 === 1 ? [main, other] : [main]) {
      const version = random(500) === 0 ? '9.9.9' : versionFor(random);
      const isBlocked = random(400) === 0;
      const hasFailed = random(50) === 0;
      insert('workstationProducts', {
        workstationId: id,
        productId,
        installedVersion: version,
        versionKey: versionSortKey(version),
        productCode: null,
        desiredVersion: '3.19.2',
        verdict: verdictOf(productId, isBlocked),
        checkedAt: ago(seen),
        lastErrorAt: hasFailed ? ago(random(30 * day)) : null,
        lastError: hasFailed ? failureAt(ago(random(30 * day))) : null,
      });
    }
  }
  const groups = sites.map((site) => [`Site ${site}`, { tag: site }] as const);
  for (const [index, [name, filter]] of groups.entries()) {
    const id = idOf('gr_', index);
    insert('groups', { id, name, filter: JSON.stringify(filter), createdBy: owner, createdAt: ago(index * day) });
  }
  for (let number = 0; number < 60; number += 1) {
    insert('installationKeys', {
      id: idOf('ik_', number),
      label: `Floor ${number}`,
      secretHash: `key ${number}`,
      autoAuthorize: 0,
      expiresAt: ago((number - 20) * day),
      uses: number,
      createdBy: owner,
      createdAt: ago(number * day),
    });
  }
}

function verdictOf(productId: string, isBlocked: boolean): string {
  const observed =
    productId === other && isBlocked ? { action: 'block', code: 2028, reason: 'version-prohibited' } : null;
  const isRefused = isBlocked && observed === null;
  return JSON.stringify({
    action: isRefused ? 'block' : 'offer',
    code: isRefused ? 2028 : null,
    reason: isBlocked ? 'version-prohibited' : 'optional-update',
    target: isBlocked ? null : '3.19.2',
    cutoffAt: null,
    observed,
  });
}

function failureAt(at: string): string {
  return JSON.stringify({ at, code: 2042, exitCode: 1603, detail: 'Fatal error during installation.', logTail: null });
}

/** Of a hundred updates two are for everybody, ten for a tenth, the others for one in a hundred. */
function membersOf(number: number, workstations: number): number {
  if (number % 50 === 0) return workstations;
  return Math.floor(workstations / (number % 10 === 0 ? 10 : 100));
}

function makeUpdates(insert: Insert, ago: Ago, { workstations, updates }: Size): void {
  const random = seeded(2);
  for (let number = 1; number <= updates; number += 1) {
    const age = (updates - number + 1) * 1.8 * day;
    const state = stateOf(updates - number);
    const id = idOf('up_', number);
    const startedAt = state === 'draft' || state === 'scheduled' ? null : ago(age);
    const version = versions[Math.floor(((number - 1) / updates) * (versions.length - 1))] ?? '3.10.0';
    insert('updates', {
      id,
      number,
      name: `Contoso Agent ${version} for ${number % 50 === 0 ? 'everybody' : `wave ${number}`}`,
      productId: main,
      targetVersion: version,
      targetVersionKey: versionSortKey(version),
      requirement: number % 3 === 0 ? 'mandatory' : 'optional',
      cutoffAt: number % 3 === 0 ? null : ago(age - 14 * day),
      startsAt: state === 'scheduled' ? ago(-day) : null,
      onFailure: 'hold',
      state,
      createdBy: owner,
      createdAt: ago(age + day),
      startedAt,
      endedAt: state === 'completed' || state === 'cancelled' ? ago(age / 2) : null,
    });
    const members = membersOf(number, workstations);
    const first = random(workstations);
    for (let index = 0; index < members; index += 1) {
      const assignment = assignmentState(state, random(1000));
      const hasFailed = assignment === 'failed';
      insert('assignments', {
        updateId: id,
        workstationId: idOf('ws_', (first + index) % workstations),
        state: assignment,
        attempt: 1,
        seq: 5,
        failures: hasFailed ? 1 : 0,
        restartNeeded: 0,
        toldAt: startedAt,
        timeZone: 'Europe/Lisbon',
        offeredAt: startedAt,
        cutoffAt: null,
        lastError: hasFailed ? failureAt(ago(random(age))) : null,
        addedAt: ago(age + day),
        updatedAt: ago(underWay.includes(assignment) && random(200) > 0 ? random(day) : random(age)),
        installedAt: assignment === 'installed' ? ago(random(age)) : null,
      });
    }
  }
}

function stateOf(fromNewest: number): string {
  if (fromNewest < 3) return 'draft';
  if (fromNewest < 5) return 'scheduled';
  if (fromNewest < 13) return fromNewest === 8 ? 'paused' : 'running';
  return fromNewest % 17 === 0 ? 'cancelled' : fromNewest === 50 ? 'running' : 'completed';
}

function assignmentState(update: string, chance: number): string {
  if (update === 'draft' || update === 'scheduled') return 'waiting';
  if (update === 'completed') return chance < 980 ? 'installed' : 'superseded';
  if (update === 'cancelled') return chance < 500 ? 'installed' : 'cancelled';
  if (chance < 600) return 'installed';
  if (chance < 620) return 'failed';
  return assignmentStates[chance % 6] ?? 'waiting';
}

function makeEvents(insert: Insert, ago: Ago, { events, workstations, updates }: Size): void {
  const random = seeded(3);
  const types = [
    'assignment.offered',
    'assignment.downloaded',
    'assignment.installed',
    'workstation.online',
    'start.blocked',
  ];
  for (let seq = 1; seq <= events; seq += 1) {
    const workstation = random(workstations);
    const type = seq % 97 === 0 ? 'assignment.failed' : (types[seq % types.length] ?? '');
    const isAssignment = type.startsWith('assignment.');
    const name = `${(sites[workstation % sites.length] ?? '').toUpperCase()}-PC-${String(workstation).padStart(6, '0')}`;
    const data = JSON.stringify({
      workstation: { id: idOf('ws_', workstation), hostname: name },
      target: '3.19.2',
      attempt: 1,
      ...(type === 'assignment.failed'
        ? { code: 2042, exitCode: 1603, detail: 'Fatal error during installation.' }
        : {}),
    });
    insert('events', {
      seq,
      id: idOf('ev_', seq),
      type,
      at: ago((events - seq) * 100_000),
      actorKind: 'workstation',
      actorId: idOf('ws_', workstation),
      actorName: name,
      objectKind: isAssignment ? 'update' : 'workstation',
      objectId: isAssignment ? idOf('up_', 1 + random(updates)) : idOf('ws_', workstation),
      objectName: isAssignment ? 'Contoso Agent' : name,
      address: '192.0.2.17',
      data,
      content: data,
      previousHash: '0'.repeat(64),
      hash: '0'.repeat(64),
    });
  }
}
