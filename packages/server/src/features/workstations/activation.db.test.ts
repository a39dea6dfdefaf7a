// Activation: a machine becomes a workstation, becomes itself again, or claims to be another.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { ActivateAnswer, EventItem, Workstation } from '@usher/protocol';
import { testServer, type TestServer } from '@usher/testkit';
import { hashSecret } from '../../ids.ts';
import { findByToken } from './store.ts';
import {
  activate,
  activationOf,
  machineSystem,
  makeKey,
  newMachine,
  proofOf,
  type CreatedKey,
} from './test-support/machine.ts';

let server: TestServer;
let automatic: CreatedKey;

beforeEach(async () => {
  server = await testServer();
  automatic = await makeKey(server.owner, { autoAuthorize: true });
});

afterEach(() => server.close());

const now = () => new Date(server.clock.now()).toISOString();
const read = (id: string) => server.owner.get<Workstation>(`/workstations/${id}`);
const eventsOf = async (id: string) =>
  (await server.owner.get<{ items: EventItem[] }>(`/events?object=${id}`)).items.reverse();

/** Whether a token still identifies a workstation. */
const identified = async ({ token }: ActivateAnswer) => {
  const row = await findByToken(server.system.database.read, hashSecret(token));
  return row?.id ?? null;
};

describe('a machine with an installation key', () => {
  test('becomes a workstation that waits for approval, with a token of its own and the trust root', async () => {
    const key = await makeKey(server.owner);
    const machine = newMachine('PC-0042');
    const answer = await activate(server.anonymous, machine, key.key);
    expect(answer).toMatchObject({ status: 'pending', workstationId: expect.stringMatching(/^ws_\w{26}$/) as string });
    expect(answer.token).toMatch(/^[\w-]{43}$/);
    expect(JSON.parse(answer.root)).toMatchObject({ signed: { _type: 'root', version: 1 } });
    expect(await identified(answer)).toBe(answer.workstationId);
    expect(await read(answer.workstationId)).toMatchObject({
      hostname: 'PC-0042',
      machineId: machine.machineId,
      status: 'pending',
      os: machineSystem,
      installedVersion: null,
      tags: [],
      claims: null,
      activatedAt: '2026-11-20T09:00:00.000Z',
    });
  });

  test('is authorized at once where the key says so', async () => {
    expect(await activate(server.anonymous, newMachine(), automatic.key)).toMatchObject({ status: 'authorized' });
  });

  test('is recorded with the key that let it in, and nothing secret', async () => {
    const { workstationId, token } = await activate(server.anonymous, newMachine('PC-7'), automatic.key);
    const events = await eventsOf(workstationId);
    expect(events).toMatchObject([
      {
        type: 'workstation.registered',
        actor: { kind: 'workstation', id: workstationId, name: 'PC-7' },
        object: { kind: 'workstation', id: workstationId, name: 'PC-7' },
        data: { status: 'authorized', key: { id: automatic.id, label: 'Floor 3' } },
      },
    ]);
    const rows = JSON.stringify(await server.system.database.read.selectFrom('workstations').selectAll().execute());
    expect(rows + JSON.stringify(events)).not.toContain(token);
  });

  test('may name a product that is not there yet', async () => {
    const product = '{11111111-2222-3333-4444-555555555555}';
    const more = { product, installedVersion: '3.22.1' };
    const { workstationId } = await activate(server.anonymous, newMachine(), automatic.key, more);
    expect(await read(workstationId)).toMatchObject({ products: [] });
  });

  test('is refused with what does not fit, and nothing is kept', async () => {
    const cases = [
      [{ publicKey: 'short' }, 'publicKey'],
      // 43 characters, the last of which has bits that no 32 bytes have.
      [{ publicKey: `${'A'.repeat(42)}B` }, 'publicKey'],
      [{ machineId: '' }, 'machineId'],
      [{ hostname: '' }, 'hostname'],
      [{ protocol: 'x' }, 'protocol'],
      [{ os: { platform: 'win32' } }, 'os.release'],
      [{ installationKey: undefined }, 'installationKey'],
    ] as const;
    for (const [wrong, path] of cases) {
      const body = activationOf(newMachine(), automatic.key, wrong);
      const problem = await server.anonymous.refused('POST', '/workstation/activate', body, 'request.invalid');
      expect(problem.errors?.map((fault) => fault.path)).toContain(path);
      expect(await server.owner.get('/workstations')).toMatchObject({ total: 0 });
      expect(await server.owner.get('/installation-keys')).toMatchObject({ items: [{ uses: 0 }] });
    }
    const newer = { ...activationOf(newMachine(), automatic.key), protocol: 2, os: 'told otherwise' };
    await server.anonymous.refused('POST', '/workstation/activate', newer, 'workstation.protocol-unsupported');
    expect(await server.owner.get('/workstations')).toMatchObject({ total: 0 });
  });
});

describe('a machine that kept its private key', () => {
  test('is itself again: the same id and status, a new token, and the old one ends', async () => {
    const machine = newMachine();
    const first = await activate(server.anonymous, machine, automatic.key);
    await server.owner.patch(`/workstations/${first.workstationId}`, { tags: ['lab'] });
    server.clock.advance({ hours: 1 });
    const proof = proofOf(machine, first.workstationId, now());
    const renamed = { ...machine, hostname: 'PC-RENAMED' };
    const second = await activate(server.anonymous, renamed, automatic.key, { proof });
    expect(second).toMatchObject({ workstationId: first.workstationId, status: 'authorized' });
    expect(await identified(first)).toBeNull();
    expect(await identified(second)).toBe(first.workstationId);
    expect(await read(first.workstationId)).toMatchObject({ hostname: 'PC-RENAMED', tags: ['lab'] });
    expect((await eventsOf(first.workstationId)).map(({ type }) => type)).toEqual([
      'workstation.registered',
      'workstation.changed',
      'workstation.reactivated',
    ]);
    // A use is counted for who is new, not for who comes back.
    expect(await server.owner.get('/installation-keys')).toMatchObject({ items: [{ uses: 1 }] });
  });

  test('can change its key, and only the new one proves it from then on', async () => {
    const machine = newMachine();
    const { workstationId } = await activate(server.anonymous, machine, automatic.key);
    const rekeyed = newMachine('PC-0001', machine.machineId);
    const proof = proofOf(machine, workstationId, now(), rekeyed.key.publicKey);
    await activate(server.anonymous, rekeyed, automatic.key, { proof });
    const stale = activationOf(machine, automatic.key, { proof: proofOf(machine, workstationId, now()) });
    await server.anonymous.refused('POST', '/workstation/activate', stale, 'workstation.proof-invalid');
    const again = await activate(server.anonymous, rekeyed, automatic.key, {
      proof: proofOf(rekeyed, workstationId, now()),
    });
    expect(again.workstationId).toBe(workstationId);
  });

  test('stays disabled when it was', async () => {
    const machine = newMachine();
    const { workstationId } = await activate(server.anonymous, machine, automatic.key);
    await server.owner.post(`/workstations/${workstationId}/disable`);
    const proof = proofOf(machine, workstationId, now());
    expect(await activate(server.anonymous, machine, automatic.key, { proof })).toMatchObject({ status: 'disabled' });
  });

  test('needs a key that has not ended, be it used up', async () => {
    const machine = newMachine();
    const once = await makeKey(server.owner, { maxUses: 1 });
    const { workstationId } = await activate(server.anonymous, machine, once.key);
    const proof = proofOf(machine, workstationId, now());
    expect((await activate(server.anonymous, machine, once.key, { proof })).workstationId).toBe(workstationId);
    await server.owner.delete(`/installation-keys/${once.id}`);
    const body = activationOf(machine, once.key, { proof });
    await server.anonymous.refused('POST', '/workstation/activate', body, 'workstation.key-invalid');
  });

  test('is refused, and untouched, where the proof does not hold', async () => {
    const machine = newMachine();
    const thief = newMachine('PC-0001', machine.machineId);
    const first = await activate(server.anonymous, machine, automatic.key);
    const retired = newMachine('PC-OLD');
    const gone = await activate(server.anonymous, retired, automatic.key);
    await server.owner.delete(`/workstations/${gone.workstationId}`);
    const id = first.workstationId;
    const late = new Date(server.clock.now() - 5 * 60_000 - 1000).toISOString();
    const moved = { ...machine, machineId: 'another-machine' };
    const attempts = [
      activationOf(thief, automatic.key, { proof: proofOf(thief, id, now()) }),
      activationOf(thief, automatic.key, { proof: proofOf(machine, id, now()) }),
      activationOf(machine, automatic.key, { proof: proofOf(machine, id, late) }),
      activationOf(machine, automatic.key, { proof: proofOf(machine, 'ws_unknown', now()) }),
      activationOf(moved, automatic.key, { proof: proofOf(moved, id, now()) }),
      activationOf(retired, automatic.key, { proof: proofOf(retired, gone.workstationId, now()) }),
      activationOf(machine, automatic.key, { proof: 'nonsense' }),
    ];
    for (const body of attempts) {
      const problem = await server.anonymous.refused(
        'POST',
        '/workstation/activate',
        body,
        'workstation.proof-invalid',
      );
      expect(problem.number).toBe(1004);
    }
    expect(await identified(first)).toBe(id);
    expect(await server.owner.get('/workstations')).toMatchObject({ total: 1 });
    expect(await eventsOf(id)).toHaveLength(1);
  });
});

describe('a machine whose first answer was lost', () => {
  test('is the same workstation when it asks again with a proof that names none', async () => {
    const machine = newMachine();
    const once = await makeKey(server.owner, { autoAuthorize: true, maxUses: 1 });
    const lost = await activate(server.anonymous, machine, once.key, { proof: proofOf(machine, 'new', now()) });
    const found = await activate(server.anonymous, machine, once.key, { proof: proofOf(machine, 'new', now()) });
    expect(found).toMatchObject({ workstationId: lost.workstationId, status: 'authorized' });
    expect(await identified(lost)).toBeNull();
    expect(await server.owner.get('/workstations')).toMatchObject({ total: 1 });
  });

  test('cannot be imitated: another key’s proof makes a newcomer that waits', async () => {
    const machine = newMachine();
    const first = await activate(server.anonymous, machine, automatic.key);
    const thief = newMachine('PC-0001', machine.machineId);
    const other = await activate(server.anonymous, thief, automatic.key, { proof: proofOf(thief, 'new', now()) });
    expect(other).toMatchObject({ status: 'pending' });
    expect(other.workstationId).not.toBe(first.workstationId);
    expect(await identified(first)).toBe(first.workstationId);
  });
});

describe('a machine id that a workstation has already', () => {
  test('makes a newcomer that waits whatever the key says, claims the place, and touches the other not at all', async () => {
    const machine = newMachine('PC-REAL');
    const first = await activate(server.anonymous, machine, automatic.key);
    const before = await read(first.workstationId);
    const copy = { ...newMachine('PC-COPY', machine.machineId) };
    const second = await activate(server.anonymous, copy, automatic.key);
    expect(second.status).toBe('pending');
    expect(second.workstationId).not.toBe(first.workstationId);
    expect(await identified(first)).toBe(first.workstationId);
    const { claimedBy, ...rest } = (await read(first.workstationId)) as Workstation & { claimedBy: unknown };
    expect(claimedBy).toEqual([{ id: second.workstationId, hostname: 'PC-COPY' }]);
    expect({ ...rest, claimedBy: [] }).toEqual(before);
    expect(await read(second.workstationId)).toMatchObject({
      claims: { id: first.workstationId, hostname: 'PC-REAL' },
    });
    expect((await eventsOf(first.workstationId)).at(-1)).toMatchObject({
      type: 'workstation.alert',
      data: { what: 'place-claimed', by: { id: second.workstationId, hostname: 'PC-COPY' } },
    });
  });

  test('claims the first place, however many claim it', async () => {
    const machine = newMachine();
    const first = await activate(server.anonymous, machine, automatic.key);
    for (const name of ['A', 'B']) {
      server.clock.advance({ minutes: 1 });
      const copy = await activate(server.anonymous, newMachine(name, machine.machineId), automatic.key);
      expect(await read(copy.workstationId)).toMatchObject({ claims: { id: first.workstationId } });
    }
  });

  test('is free again once that workstation is retired', async () => {
    const machine = newMachine();
    const first = await activate(server.anonymous, machine, automatic.key);
    await server.owner.delete(`/workstations/${first.workstationId}`);
    const second = await activate(server.anonymous, newMachine('PC-0001', machine.machineId), automatic.key);
    expect(second.status).toBe('authorized');
    expect(await read(second.workstationId)).toMatchObject({ claims: null });
  });
});
