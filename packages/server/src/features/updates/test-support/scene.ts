// A product with installers and a fleet in the database of a test's server, and the machines that speak to it.
import { randomBytes, randomUUID } from 'node:crypto';
import { versionSortKey, type Policy } from '@usher/core';
import type { AssignmentItem, CheckAnswer, EventItem, Update } from '@usher/protocol';
import { isoNow, type Clock } from '../../../clock.ts';
import type { Database } from '../../../database/database.ts';
import { hashSecret } from '../../../ids.ts';

/** Who calls the API: as much of the testkit's client as is needed here. */
export interface Caller {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body?: unknown, status?: number): Promise<T>;
  patch<T>(path: string, body: unknown): Promise<T>;
  delete<T>(path: string, body?: unknown, status?: number): Promise<T>;
}

/** As much of the testkit's server as is needed here. */
export interface SceneServer {
  readonly system: { readonly database: Database };
  readonly clock: Clock;
  readonly owner: Caller;
  withToken(token: string): Caller;
}

/** The same server with an owner whose session does not end when the clock is moved: a program with an API token. */
export async function withLastingOwner<Server extends SceneServer>(server: Server): Promise<Server> {
  const request = { name: 'scene', role: 'owner', expiresAt: null };
  const { token } = await server.owner.post<{ token: string }>('/tokens', request, 201);
  return { ...server, owner: server.withToken(token) };
}

/** A workstation as a test plays it. */
export interface Machine {
  readonly id: string;
  readonly hostname: string;
  readonly token: string;
  arch: string;
  language: string;
  timeZone: string;
}

let made = 0;

function unique(): number {
  made += 1;
  return made;
}

function guid(): string {
  return `{${randomUUID().toUpperCase()}}`;
}

/** Puts a product there. Answers its id and UpgradeCode. */
export async function addProduct(server: SceneServer, name = 'Contoso Agent') {
  const id = `pr_${randomBytes(8).toString('hex')}`;
  const upgradeCode = guid();
  await server.system.database.transaction(({ db }) =>
    db
      .insertInto('products')
      .values({
        id,
        name,
        upgradeCode,
        enforcement: 'enforce',
        unknownVersions: 'allow',
        graceHours: 336,
        offlineThen: 'run',
        signature: 'any',
        separationOfDuties: 0,
        createdAt: isoNow(server.clock),
      })
      .execute(),
  );
  return { id, upgradeCode, name };
}

/** Puts a pending installer there. Answers its id and ProductCode. */
export async function addInstaller(
  server: SceneServer,
  product: { readonly id: string; readonly upgradeCode: string; readonly name: string },
  version: string,
  options: { architecture?: string; language?: string } = {},
) {
  const { architecture = 'x64', language = '1033' } = options;
  const number = unique();
  const id = `in_${randomBytes(8).toString('hex')}`;
  const productCode = guid();
  const signature = { status: 'none', publisher: null, signedAt: null, timestamped: false, algorithm: null, chain: [] };
  await server.system.database.transaction(({ db }) =>
    db
      .insertInto('installers')
      .values({
        id,
        productId: product.id,
        version,
        versionKey: versionSortKey(version),
        productName: product.name,
        manufacturer: 'Contoso',
        productCode,
        upgradeCode: product.upgradeCode,
        packageCode: guid(),
        architecture,
        language,
        size: 1000 + number,
        sha256: randomBytes(32).toString('hex'),
        fileName: 'agent.msi',
        signature: JSON.stringify({ ...signature, extended: false }),
        facts: '{}',
        warnings: '[]',
        properties: '{}',
        releaseNotes: `What is new in ${version}`,
        decision: 'pending',
        targetPath: `installers/${product.id}/${version}/${architecture}-${language}.msi`,
        published: 0,
        uploadedBy: JSON.stringify({ kind: 'system', name: 'Usher' }),
        uploadedAt: isoNow(server.clock),
      })
      .execute(),
  );
  return { id, productCode, version };
}

/** Puts an installer there and approves it as a person does: it is published then. */
export async function approveNew(...[server, product, version, options]: Parameters<typeof addInstaller>) {
  const installer = await addInstaller(server, product, version, options);
  await server.owner.post(`/installers/${installer.id}/approve`, { acknowledged: true });
  return installer;
}

/** Puts so many workstations there, `PC-0001` and on. */
export async function addMachines(
  server: SceneServer,
  count: number,
  options: { status?: string; arch?: string; timeZone?: string; hostname?: string; lastSeenAt?: string } = {},
): Promise<Machine[]> {
  const { status = 'authorized', arch = 'x64', timeZone = 'Europe/Lisbon', lastSeenAt } = options;
  const now = isoNow(server.clock);
  const machines = Array.from({ length: count }, (): Machine => {
    const hostname = options.hostname ?? `PC-${String(unique()).padStart(4, '0')}`;
    const id = `ws_${randomBytes(8).toString('hex')}`;
    return { id, hostname, token: randomBytes(32).toString('base64url'), arch, language: '1033', timeZone };
  });
  for (let start = 0; start < count; start += 1000) {
    await server.system.database.transaction(({ db }) =>
      db
        .insertInto('workstations')
        .values(
          machines.slice(start, start + 1000).map(({ id, hostname, token }) => ({
            id,
            machineId: id,
            publicKey: 'A'.repeat(43),
            tokenHash: hashSecret(token),
            hostname,
            nameKey: hostname.toLowerCase(),
            searchText: `${hostname}\n`.toLowerCase(),
            osPlatform: 'win32',
            osRelease: '10.0.19045',
            osArch: arch,
            osLanguage: '1033',
            timeZone,
            status,
            activatedAt: lastSeenAt ?? now,
            lastSeenAt: lastSeenAt ?? now,
            online: 1,
          })),
        )
        .execute(),
    );
  }
  return machines;
}

/** The body of a check. */
export function checkBody(machine: Machine, installedVersion: string | null, more: object = {}) {
  const { hostname, arch, language, timeZone } = machine;
  const os = { platform: 'win32', release: '10.0.19045', arch, language, timeZone };
  return { installedVersion, hostname, os, user: 'ana', nonce: randomUUID(), protocol: 1, ...more };
}

/** A check: the policy as it was signed (not verified here), and the verdict. */
export async function check(
  server: SceneServer,
  machine: Machine,
  installedVersion: string | null,
  more: object = {},
): Promise<{ policy: Policy; verdict: CheckAnswer['verdict']; jws: string }> {
  const body = checkBody(machine, installedVersion, more);
  const answer = await server.withToken(machine.token).post<CheckAnswer>('/workstation/check', body);
  const payload = Buffer.from(answer.policy.split('.')[1] ?? '', 'base64url').toString('utf8');
  return { policy: JSON.parse(payload) as Policy, verdict: answer.verdict, jws: answer.policy };
}

/** The answer to reports. */
export interface ReportsAnswer {
  readonly accepted: string[];
  readonly rejected: { readonly id: string; readonly reason: string }[];
}

/** Sends reports about one update; each gets an id of its own. */
export function report(
  server: SceneServer,
  machine: Machine,
  updateId: string,
  ...reports: readonly Readonly<Record<string, unknown>>[]
): Promise<ReportsAnswer> {
  const at = isoNow(server.clock);
  return server.withToken(machine.token).post<ReportsAnswer>('/workstation/reports', {
    reports: reports.map((each) => ({ id: randomUUID(), at, updateId, ...each })),
  });
}

/** Makes an update and adds machines to it; it is a draft then. */
export async function draft(server: SceneServer, criteria: object, machines: readonly Machine[] = []): Promise<Update> {
  const update = await server.owner.post<Update>('/updates', criteria, 201);
  if (machines.length > 0) {
    await server.owner.post(`/updates/${update.id}/workstations`, { ids: machines.map(({ id }) => id) });
  }
  return update;
}

/** The same, started. */
export async function running(server: SceneServer, criteria: object, machines: readonly Machine[]): Promise<Update> {
  const { id } = await draft(server, criteria, machines);
  return server.owner.post<Update>(`/updates/${id}/start`);
}

/** An update as it is now. */
export function updateNow(server: SceneServer, id: string): Promise<Update> {
  return server.owner.get<Update>(`/updates/${id}`);
}

/** One assignment as it is now. */
export async function assignmentNow(server: SceneServer, id: string, machine: Machine): Promise<AssignmentItem> {
  const { items } = await server.owner.get<{ items: AssignmentItem[] }>(`/updates/${id}/workstations?q=${machine.id}`);
  const [item] = items;
  if (item === undefined) throw new Error(`${machine.hostname} is not in ${id}.`);
  return item;
}

/** The events of a type or family, oldest first. */
export async function eventsOf(server: SceneServer, type: string): Promise<EventItem[]> {
  const { items } = await server.owner.get<{ items: EventItem[] }>(`/events?type=${type}&pageSize=500`);
  return items.reverse();
}
