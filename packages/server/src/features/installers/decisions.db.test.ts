// Decisions: acknowledged, reasoned, recorded, made by one of two who decide at once; and what follows from them.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Installer, Product } from '@usher/protocol';
import {
  approvedInstaller,
  CodeSigningAuthority,
  contosoInstallers,
  sendInstaller,
  signInstaller,
  testServer,
  uploadInstaller,
  type TestServer,
} from '@usher/testkit';
import { storedFiles } from './test-support/stored-files.ts';

const { '3.22.1': older, '3.23.0': newer, '3.24.0': unsigned } = contosoInstallers();
const acknowledged = true;

interface Detail extends Installer {
  readonly decisions: readonly { readonly decision: string; readonly reason: string | null }[];
}

interface EventList {
  readonly items: readonly { readonly type: string; readonly data: object; readonly actor: object }[];
}

let server: TestServer;

beforeEach(async () => {
  server = await testServer();
});
afterEach(() => server.close());

const decide = (id: string, action: 'approve' | 'disapprove', body: object, client = server.owner) =>
  client.request('POST', `/api/v1/installers/${id}/${action}`, body);

const eventsOf = async (type: string) => (await server.owner.get<EventList>(`/events?type=${type}`)).items;

describe('an approval', () => {
  test('needs the acknowledgement', async () => {
    const { id } = await uploadInstaller(server.owner, older.path);
    for (const body of [{}, { acknowledged: false }, { note: 'looks fine' }]) {
      const answer = await decide(id, 'approve', body);
      expect([answer.status, answer.body]).toMatchObject([422, { code: 'installer.not-acknowledged' }]);
    }
    const unfit = await decide(id, 'approve', { acknowledged: 'yes' });
    expect([unfit.status, unfit.body]).toMatchObject([422, { code: 'request.invalid' }]);
    expect(await server.owner.get<Detail>(`/installers/${id}`)).toMatchObject({ decision: 'pending', decisions: [] });
    expect(await eventsOf('installer.approved')).toEqual([]);
  });

  test('stands with its note, pins the publisher, and publishes', async () => {
    const { id, product } = await uploadInstaller(server.owner, older.path);
    const approver = await server.signIn('approver');
    server.clock.advance({ hours: 1 });
    const answer = await decide(id, 'approve', { acknowledged, note: 'tested on 5 machines' }, approver);
    expect(answer.status).toBe(200);
    expect(answer.body).toMatchObject({
      decision: 'approved',
      published: true,
      decidedBy: { kind: 'account', name: 'approver1@usher.example' },
      decidedAt: '2026-11-20T10:00:00.000Z',
      note: 'tested on 5 machines',
      reason: null,
      decisions: [{ decision: 'approved', note: 'tested on 5 machines', at: '2026-11-20T10:00:00.000Z' }],
    });
    expect((await server.owner.get<Product>(`/products/${product.id}`)).publishers).toMatchObject([
      { subject: 'CN=Contoso Code Signing,O=Contoso Ltd.', issuer: 'CN=Contoso Root,O=Contoso Ltd.' },
    ]);
    expect(await eventsOf('installer.approved')).toMatchObject([
      {
        actor: { name: 'approver1@usher.example' },
        data: { from: 'pending', version: '3.22.1', note: 'tested on 5 machines' },
      },
    ]);
    expect(await eventsOf('publisher.added')).toMatchObject([{ data: { because: 'first approval' } }]);
    expect(await eventsOf('trust.published')).toHaveLength(1);
  });

  test('is not made twice, not by a role without it, and not of what is not there', async () => {
    const { id } = await approvedInstaller(server.owner, older.path);
    const again = await decide(id, 'approve', { acknowledged });
    expect([again.status, again.body]).toMatchObject([409, { code: 'installer.already-decided' }]);
    expect((again.body as { detail: string }).detail).toContain('owner@usher.example');
    const operator = await server.signIn('operator');
    expect((await decide(id, 'disapprove', { reason: 'r' }, operator)).body).toMatchObject({
      code: 'permission.denied',
    });
    expect((await decide('in_none', 'approve', { acknowledged })).body).toMatchObject({ code: 'installer.not-found' });
    expect(await eventsOf('installer.approved')).toHaveLength(1);
  });

  test('after a disapproval needs a reason, and every decision stays on record', async () => {
    const { id } = await approvedInstaller(server.owner, older.path);
    const unreasoned = await decide(id, 'disapprove', {});
    expect([unreasoned.status, unreasoned.body]).toMatchObject([
      422,
      { code: 'request.invalid', errors: [{ path: 'reason' }] },
    ]);
    expect((await decide(id, 'disapprove', { reason: 'it leaks' })).body).toMatchObject({
      decision: 'disapproved',
      reason: 'it leaks',
      published: false,
    });
    const bare = await decide(id, 'approve', { acknowledged });
    expect([bare.status, bare.body]).toMatchObject([422, { code: 'installer.reason-required' }]);
    const back = await decide(id, 'approve', { acknowledged, reason: 'the leak was elsewhere' });
    expect(back.body).toMatchObject({ decision: 'approved', published: true, reason: 'the leak was elsewhere' });
    expect((back.body as Detail).decisions.map(({ decision, reason }) => [decision, reason])).toEqual([
      ['approved', null],
      ['disapproved', 'it leaks'],
      ['approved', 'the leak was elsewhere'],
    ]);
  });

  test('is not for whoever uploaded it where duties are separated, be it by a token', async () => {
    const approver = await server.signIn('approver');
    const { id, product } = await uploadInstaller(approver, older.path);
    await server.owner.patch(`/products/${product.id}`, { separationOfDuties: true });
    const own = await decide(id, 'approve', { acknowledged }, approver);
    expect([own.status, own.body]).toMatchObject([403, { code: 'installer.own-upload' }]);
    const ownerToken = await server.owner.post<{ token: string }>('/tokens', { name: 'ci', role: 'approver' }, 201);
    const uploaded = await uploadInstaller(server.withToken(ownerToken.token), newer.path);
    expect((await decide(uploaded.id, 'approve', { acknowledged })).body).toMatchObject({
      code: 'installer.own-upload',
    });
    expect((await decide(uploaded.id, 'approve', { acknowledged }, approver)).status).toBe(200);
    expect((await decide(id, 'approve', { acknowledged })).status).toBe(200);
  });
});

describe('two who decide at once', () => {
  test.each([
    ['approve', 'approve'],
    ['approve', 'disapprove'],
    ['disapprove', 'disapprove'],
  ] as const)('%s and %s: one wins, the other is told', async (first, second) => {
    const { id } = await uploadInstaller(server.owner, older.path);
    const other = await server.signIn('approver');
    // Both have a page before them that says: pending.
    const body = { approve: { acknowledged, seen: 'pending' }, disapprove: { reason: 'no', seen: 'pending' } };
    const answers = await Promise.all([decide(id, first, body[first]), decide(id, second, body[second], other)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'installer.already-decided' });
    const { decision, decisions } = await server.owner.get<Detail>(`/installers/${id}`);
    expect(decisions.map((made) => made.decision)).toEqual([decision]);
  });

  test.each([
    ['approve', 'disapprove', 'pending'],
    ['disapprove', 'approve', 'pending'],
    ['approve', 'approve', 'pending'],
    ['disapprove', 'approve', 'approved'],
  ] as const)(
    '%s and, a moment later, %s of one that is %s, without saying what they saw',
    async (first, second, from) => {
      let pause = () => Promise.resolve();
      const paused = await testServer({ decisionPause: () => pause() });
      try {
        const { owner } = paused;
        const { id } = await (from === 'pending' ? uploadInstaller : approvedInstaller)(owner, older.path);
        const other = await paused.signIn('approver');
        const body = { approve: { acknowledged }, disapprove: { reason: 'no' } };
        // The moment in which both count as made at once lasts until both have come.
        const bothCame = Promise.withResolvers<undefined>();
        let came = 0;
        pause = async () => {
          if ((came += 1) === 2) bothCame.resolve(undefined);
          await bothCame.promise;
        };
        const quicker = decide(id, first, body[first], owner);
        await expect.poll(() => came).toBe(1);
        const answers = await Promise.all([quicker, decide(id, second, body[second], other)]);
        expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
        expect(answers.find(({ status }) => status === 409)?.body).toMatchObject({ code: 'installer.already-decided' });
        // Whoever decides after both have been answered has seen what became of it.
        const { decision } = await owner.get<Detail>(`/installers/${id}`);
        const opposite = decision === 'approved' ? 'disapprove' : 'approve';
        const reasoned = { approve: { acknowledged, reason: 'but yes' }, disapprove: { reason: 'but no' } };
        expect((await decide(id, opposite, reasoned[opposite], other)).status).toBe(200);
      } finally {
        await paused.close();
      }
    },
  );

  test('is told too where the page is an old one', async () => {
    const { id } = await approvedInstaller(server.owner, older.path);
    const late = await decide(id, 'disapprove', { reason: 'no', seen: 'pending' });
    expect([late.status, late.body]).toMatchObject([409, { code: 'installer.already-decided' }]);
    expect((await decide(id, 'disapprove', { reason: 'no', seen: 'approved' })).status).toBe(200);
  });
});

describe('publishers', () => {
  let work: string;
  let foreign: string;
  let selfMade: string;

  beforeAll(async () => {
    work = await mkdtemp(join(tmpdir(), 'usher-publishers-'));
    const names = { commonName: 'Contoso Code Signing' };
    const other = await CodeSigningAuthority.create(join(work, 'other'), { commonName: 'Fabrikam Root' });
    const imitated = await CodeSigningAuthority.create(join(work, 'imitated'), { commonName: 'Contoso Root' });
    foreign = join(work, 'foreign.msi');
    selfMade = join(work, 'self-made.msi');
    await signInstaller(unsigned.path, foreign, await other.issue({ commonName: 'Fabrikam Signing' }));
    await signInstaller(unsigned.path, selfMade, await imitated.issue(names));
  });
  afterAll(() => rm(work, { recursive: true }));

  test('that are not on the list are refused until an owner adds them; both then stand side by side', async () => {
    const { product } = await approvedInstaller(server.owner, older.path);
    const approver = await server.signIn('approver');
    const refused = await sendInstaller(approver, foreign);
    expect([refused.status, refused.body]).toMatchObject([422, { code: 'installer.untrusted' }]);
    expect((refused.body as { detail: string }).detail).toContain('Fabrikam Signing');

    const before = await server.owner.get<Product>(`/products/${product.id}`);
    const fabrikam = { subject: 'CN=Fabrikam Signing,O=Contoso Ltd.', issuer: 'CN=Fabrikam Root,O=Contoso Ltd.' };
    const path = `/products/${product.id}`;
    expect((await approver.request('PATCH', `/api/v1${path}`, { publishers: [fabrikam] })).status).toBe(403);
    await server.owner.patch(path, { publishers: [...before.publishers, fabrikam] });
    const taken = await uploadInstaller(approver, foreign);
    expect((await decide(taken.id, 'approve', { acknowledged }, approver)).status).toBe(200);
    await uploadInstaller(approver, newer.path);
    const { publishers } = await server.owner.get<Product>(path);
    expect(publishers).toEqual([
      ...before.publishers,
      { ...fabrikam, authorityKey: expect.stringMatching(/^[0-9a-f]{64}$/) as string },
    ]);
  });

  test('are told apart by the key behind the name, not by the name', async () => {
    await approvedInstaller(server.owner, older.path);
    const answer = await sendInstaller(server.owner, selfMade);
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'installer.untrusted' }]);
    expect(await storedFiles(server)).toEqual([older.sha256]);
  });

  test('are judged again at the approval', async () => {
    const first = await uploadInstaller(server.owner, older.path);
    const second = await uploadInstaller(server.owner, foreign);
    await decide(first.id, 'approve', { acknowledged });
    const answer = await decide(second.id, 'approve', { acknowledged });
    expect([answer.status, answer.body]).toMatchObject([422, { code: 'installer.untrusted' }]);
    expect(await server.owner.get<Detail>(`/installers/${second.id}`)).toMatchObject({ decision: 'pending' });
  });

  test('do not matter to a product that takes any file, and must be listed where it takes trusted ones', async () => {
    const { product } = await uploadInstaller(server.owner, older.path);
    const path = `/products/${product.id}`;
    await server.owner.patch(path, { signature: 'any' });
    const { id, warnings, signature } = await uploadInstaller(server.owner, unsigned.path);
    expect(signature).toMatchObject({ status: 'none', publisher: null, signedAt: null, chain: [] });
    expect(warnings.map(({ code }) => code)).toContain('unsigned');
    await server.owner.patch(path, { signature: 'trusted' });
    expect((await decide(id, 'approve', { acknowledged })).body).toMatchObject({ code: 'installer.unsigned' });
    expect((await sendInstaller(server.owner, newer.path)).body).toMatchObject({ code: 'installer.untrusted' });
    await server.owner.patch(path, {
      publishers: [{ subject: 'CN=Contoso Code Signing,O=Contoso Ltd.', issuer: 'CN=Contoso Root,O=Contoso Ltd.' }],
    });
    expect((await sendInstaller(server.owner, newer.path)).status).toBe(201);
  });
});

describe('an installer that is here', () => {
  test('changes its notes at any time, its properties before the first approval only', async () => {
    const { id } = await uploadInstaller(server.owner, older.path);
    const patch = (body: object) => server.owner.request('PATCH', `/api/v1/installers/${id}`, body);
    expect((await patch({ releaseNotes: '# Fixed', properties: { A: '1' } })).body).toMatchObject({
      releaseNotes: '# Fixed',
      properties: { A: '1' },
    });
    await decide(id, 'approve', { acknowledged });
    const fixed = await patch({ properties: { A: '2' }, releaseNotes: 'lost' });
    expect([fixed.status, fixed.body]).toMatchObject([409, { code: 'installer.properties-fixed' }]);
    await decide(id, 'disapprove', { reason: 'no' });
    expect((await patch({ properties: {} })).status).toBe(409);
    expect((await patch({ properties: { A: '1' }, releaseNotes: null })).body).toMatchObject({ releaseNotes: null });
    expect((await patch({})).status).toBe(200);
    expect(await eventsOf('installer.changed')).toMatchObject([
      { data: { from: { releaseNotes: '# Fixed' }, to: { releaseNotes: null } } },
      { data: { to: { releaseNotes: '# Fixed', properties: '{"A":"1"}' } } },
    ]);
    for (const body of [{ decision: 'approved' }, { properties: { a: '1' } }, { releaseNotes: 5 }]) {
      expect((await patch(body)).body).toMatchObject({ code: 'request.invalid' });
    }
  });

  test('is deleted with its file, and never once it was decided on', async () => {
    const pending = await uploadInstaller(server.owner, older.path);
    const decided = await uploadInstaller(server.owner, newer.path);
    await decide(decided.id, 'disapprove', { reason: 'no' });
    const remove = (id: string) => server.owner.request('DELETE', `/api/v1/installers/${id}`);
    expect((await remove(pending.id)).status).toBe(204);
    expect(await storedFiles(server)).toEqual([newer.sha256]);
    expect((await remove(pending.id)).body).toMatchObject({ code: 'installer.not-found' });
    const refused = await remove(decided.id);
    expect([refused.status, refused.body]).toMatchObject([409, { code: 'installer.in-use' }]);
    expect(await eventsOf('installer.deleted')).toMatchObject([{ data: { version: '3.22.1', sha256: older.sha256 } }]);
    expect((await uploadInstaller(server.owner, older.path)).id).not.toBe(pending.id);
  });

  test('is found by decision, product, version and text, in the order asked for', async () => {
    const first = await approvedInstaller(server.owner, older.path);
    server.clock.advance({ minutes: 1 });
    await uploadInstaller(server.owner, newer.path);
    const versions = async (query: string) =>
      (await server.owner.get<{ items: Installer[] }>(`/installers?${query}`)).items.map(({ version }) => version);
    expect(await versions('')).toEqual(['3.23.0', '3.22.1']);
    expect(await versions('sort=version')).toEqual(['3.22.1', '3.23.0']);
    expect(await versions('decision=approved')).toEqual(['3.22.1']);
    expect(await versions('version=3.022.1.0')).toEqual(['3.22.1']);
    expect(await versions(`product=${encodeURIComponent(first.upgradeCode.toLowerCase())}&pageSize=1&page=2`)).toEqual([
      '3.22.1',
    ]);
    expect(await versions('product=pr_none')).toEqual([]);
    expect(await versions('q=contoso%20code')).toHaveLength(2);
    expect(await versions('q=3.23')).toEqual(['3.23.0']);
    expect(await versions('q=%25')).toEqual([]);
    for (const query of ['decision=maybe', 'sort=sha256', 'version=x', 'page=0', 'colour=red']) {
      expect((await server.owner.request('GET', `/api/v1/installers?${query}`)).body).toMatchObject({
        code: 'request.invalid',
      });
    }
    for (const path of ['', '/impact', '/file']) {
      const none = await server.owner.request('GET', `/api/v1/installers/in_none${path}`);
      expect([none.status, none.body]).toMatchObject([404, { code: 'installer.not-found' }]);
    }
  });
});
