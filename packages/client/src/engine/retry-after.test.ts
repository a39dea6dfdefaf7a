// Tests of the client's manners: it waits as long as the server asks, in turn where nobody waits, and never with a person.
import { generateSigningKey } from '@usher/trust';
import fc from 'fast-check';
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { asClientError } from '../client-error.ts';
import { serve } from '../service/serve.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso, refuse } from '../test-support/stand-in-server.ts';
import { check } from './check.ts';
import { spreadMs } from './download-turn.ts';
import { retryAfterMs } from './retry-after.ts';
import { update } from './update.ts';

const date = 'Sun, 22 Nov 2026 08:00:00 GMT';
const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];

describe('Retry-After', () => {
  it.each([
    ['120', 120_000],
    [' 7 ', 7_000],
    ['0', 0],
    ['999999999', 86_400_000],
    ['Sun, 22 Nov 2026 08:01:30 GMT', 90_000],
    ['Sunday, 22-Nov-26 08:01:30 GMT', 90_000],
    ['Sun Nov 22 08:01:30 2026 GMT', 90_000],
    ['Sun, 22 Nov 2026 07:00:00 GMT', 0],
    ['Fri, 31 Dec 9999 23:59:59 GMT', 86_400_000],
    ['soon', null],
    ['-5', null],
    ['1.5', null],
    ['', null],
  ])('%s means %s milliseconds', (header, expected) => {
    expect(retryAfterMs({ date, 'retry-after': header })).toBe(expected);
  });

  it('that is a date means nothing where the answer does not say its own time', () => {
    expect(retryAfterMs({ 'retry-after': date })).toBeNull();
    expect(retryAfterMs({})).toBeNull();
  });

  it('is a number within its bounds or nothing, whatever is written there', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (header, own) => {
        const found = retryAfterMs({ date: own, 'retry-after': header });
        expect(found === null || (found >= 0 && found <= 86_400_000)).toBe(true);
      }),
    );
  });
});

/** A workstation whose server answers everything with 503 for so long. */
async function silenced(retryAfter: () => string): Promise<ContosoWorkstation & { asked: string[] }> {
  const workstation = await ContosoWorkstation.withOldVersion();
  const asked: string[] = [];
  workstation.server.interfere = (request, response) => {
    asked.push(request.url?.split('/').at(-1) ?? '');
    response.setHeader('retry-after', retryAfter());
    refuse(response, 503, 'server.not-ready');
    return true;
  };
  return Object.assign(workstation, { asked });
}

describe('a server that asks to be left alone', () => {
  it.each(['60', 'date'])('for a while (%s) is not asked meanwhile, and the person does not wait', async (how) => {
    const workstation = await silenced(() => (how === 'date' ? new Date(Date.now() + 60_500).toUTCString() : how));
    const { host, asked, server } = workstation;
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(asked).toEqual(['check']);
    host.pass(50_000);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(asked).toEqual(['check']);
    expect(host.waits).toEqual([]);
    host.pass(15_000);
    server.interfere = () => false;
    const before = server.checks.length;
    await workstation.run(start);
    expect(server.checks.length).toBeGreaterThan(before);
  });

  it('for a day is asked again after ten minutes, and at once where the clock was set back', async () => {
    const workstation = await silenced(() => '86400');
    const { host, asked } = workstation;
    await workstation.run(start);
    host.pass(9 * 60_000);
    await workstation.run(start);
    expect(asked).toEqual(['check']);
    host.pass(61_000);
    await workstation.run(start);
    expect(asked).toEqual(['check', 'check']);
    host.setClock('2026-11-20T00:00:00Z');
    await workstation.run(start);
    expect(asked).toEqual(['check', 'check', 'check']);
  });

  it('with its reports gets them later, once each', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { host, server } = workstation;
    server.assign(contoso('3.23.0'));
    let posts = 0;
    server.interfere = (request, response) => {
      if (request.url?.endsWith('/reports') !== true || (posts += 1) > 1) return false;
      response.setHeader('retry-after', '30');
      refuse(response, 429, 'request.too-many');
      return true;
    };
    await workstation.run(start);
    expect(server.reportedStates).toEqual([]);
    await workstation.run(start);
    expect(posts).toBe(1);
    host.pass(31_000);
    await workstation.run(start);
    const ids = server.reports.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(server.reportedStates.slice(0, 2)).toEqual(['offered', 'deferred']);
  });

  it('with its reports keeps nobody from starting where the product needs the server for every start', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server } = workstation;
    server.assign(contoso('3.23.0'));
    server.policy = { ...server.policy, offline: { graceHours: 0, then: 'block' } };
    server.interfere = (request, response) => {
      if (request.url?.endsWith('/reports') !== true) return false;
      response.setHeader('retry-after', '60');
      refuse(response, 429, 'request.too-many');
      return true;
    };
    const first = await workstation.run(start);
    expect(await workstation.run(start)).toEqual(first);
    expect(server.checks).toHaveLength(2);
    expect(server.starts).toEqual([]);
  });
});

describe('a server that was asked too often for one thing', () => {
  const paths = { check: '/check', reports: '/reports', catalogue: '/timestamp.json' } as const;

  /** A workstation that is told 429 for one of them, and what it asks for. */
  async function limited(what: keyof typeof paths) {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server } = workstation;
    server.assign(contoso('3.23.0'));
    // Reports of this wait for the next start.
    server.interfere = (request, response) => {
      const isReports = request.url?.endsWith('/reports') === true;
      if (isReports) response.destroy();
      return isReports;
    };
    await workstation.run(start);
    const asked: string[] = [];
    server.interfere = (request, response) => {
      const found = Object.entries(paths).find(([, path]) => request.url?.endsWith(path) === true)?.[0];
      if (found === undefined) return false;
      asked.push(found);
      if (found !== what) return false;
      response.setHeader('retry-after', '60');
      refuse(response, 429, 'request.too-many');
      return true;
    };
    // The catalogue is asked for when it is an hour old.
    workstation.host.pass(61 * 60_000);
    return { workstation, asked };
  }

  it.each([
    ['check', ['check', 'reports']],
    ['reports', ['check', 'catalogue', 'reports']],
    ['catalogue', ['check', 'catalogue', 'reports']],
  ] as const)('is left alone with that (%s), and asked for the rest', async (what, first) => {
    const { workstation, asked } = await limited(what);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect([...new Set(asked)]).toEqual(first);
    asked.length = 0;
    workstation.host.pass(59_000);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(asked).not.toContain(what);
    if (what !== 'check') expect(asked).toContain('check');
    workstation.host.pass(2_000);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(asked).toContain(what);
  });

  it('says new rules all the same, though it takes no reports', async () => {
    const { workstation } = await limited('reports');
    const { server } = workstation;
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    const prohibited = [{ version: '3.22.1', reason: 'It leaks.' }];
    server.policy = { ...server.policy, prohibited, assignment: null };
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
  });

  it.each([
    ['in one process, by the server itself', false, true],
    ['in one process, by a proxy before it', false, false],
    ['through an engine', true, true],
  ])('keeps nobody from starting where the product wants it for every start: %s', async (_how, hasEngine, isServer) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { host, server, state } = workstation;
    server.policy = { ...server.policy, offline: { graceHours: 0, then: 'block' } };
    if (hasEngine) {
      const engine = await serve({ host, folder: state, isMachineWide: false, runtimeFolder: null });
      onTestFinished(() => engine.close());
    }
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    server.interfere = (request, response) => {
      if (request.url?.endsWith('/check') !== true) return false;
      response.setHeader('retry-after', '60');
      if (isServer) refuse(response, 429, 'request.too-many');
      else response.writeHead(429).end();
      return true;
    };
    for (const _time of [1, 2]) {
      host.pass(5_000);
      expect(await workstation.run(start)).toMatchObject({ status: 9 });
    }
    // What it said last does not hold for ever, nor where it is silent.
    host.pass(10 * 60_000);
    expect(await workstation.run(start)).toMatchObject({ status: 40 });
    server.interfere = () => false;
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    server.interfere = (_request, response) => (response.destroy(), true);
    expect(await workstation.run(start)).toMatchObject({ status: 40 });
  });

  it('tells the keys of its rules where these have changed, also while the catalogue is to rest', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { host, server } = workstation;
    const engine = await workstation.open();
    const until = host.clock.now() + 60_000;
    await engine.state.pauses.write({ metadata: { from: host.clock.now(), until } });
    server.director = generateSigningKey(randomBytes);
    server.publish([contoso('3.22.1')]);
    const prohibited = [{ version: '3.22.1', reason: 'It leaks.' }];
    server.policy = { ...server.policy, prohibited, assignment: null };
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
  });
});

describe('a download that nobody waits for', () => {
  /** Tries once in the background; gives what was thrown, or null where the update was installed. */
  async function attempt(workstation: ContosoWorkstation) {
    const engine = await workstation.open();
    const { policy, facts } = await check(engine, { ask: true });
    const hooks = { onProgress: () => undefined, closeApplication: () => Promise.resolve(), isBackground: true };
    try {
      await update(engine, { policy, now: facts.now }, hooks);
      return null;
    } catch (error) {
      return asClientError(error);
    }
  }

  it('comes after a delay of its own, which is drawn once', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { host, server } = workstation;
    server.assign(contoso('3.23.0'));
    host.random = (length) => Buffer.alloc(length, 0x40);
    const first = await attempt(workstation);
    const delay = first?.facts.retryAfterMs ?? 0;
    expect(first?.code).toBe('download.postponed');
    expect(delay / spreadMs).toBeCloseTo(0.25, 1);
    host.random = (length) => Buffer.alloc(length, 0xff);
    host.pass(delay - 1000);
    expect((await attempt(workstation))?.facts.retryAfterMs).toBe(1000);
    expect(server.reportedStates).toEqual([]);
    host.pass(1000);
    expect(await attempt(workstation)).toBeNull();
    expect(server.reportedStates.at(-1)).toBe('installed');
  });

  it('says so to the server, goes away when there is no room, and comes when it was told to', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { host, server } = workstation;
    server.assign(contoso('3.23.0'));
    host.random = (length) => Buffer.alloc(length);
    const priorities: unknown[] = [];
    server.interfere = (request, response) => {
      if (request.url?.includes('/targets/installers/') !== true) return false;
      priorities.push(request.headers.priority);
      if (priorities.length > 1) return false;
      response.setHeader('retry-after', '45');
      refuse(response, 503, 'download.no-slot');
      return true;
    };
    expect((await attempt(workstation))?.facts.retryAfterMs).toBe(45_000);
    expect({ waits: host.waits, priorities, states: server.reportedStates }).toEqual({
      ...{ waits: [], priorities: ['u=7'], states: [] },
    });
    host.pass(45_000);
    expect(await attempt(workstation)).toBeNull();
    expect(priorities).toEqual(['u=7', 'u=7']);
    expect(server.reportedStates).toEqual(['downloading', 'downloaded', 'installing', 'installed']);
  });

  it('that a person waits for after all begins at once, and says nothing of patience', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { host, server } = workstation;
    server.assign(contoso('3.23.0'));
    host.random = (length) => Buffer.alloc(length, 0xff);
    expect((await attempt(workstation))?.code).toBe('download.postponed');
    const priorities: unknown[] = [];
    server.interfere = (request) => {
      if (request.url?.includes('/targets/installers/') === true) priorities.push(request.headers.priority);
      return false;
    };
    expect(await workstation.run(['start', '--answer', 'now', ...start.slice(3)])).toMatchObject({ status: 9 });
    expect({ priorities, waits: host.waits }).toEqual({ priorities: [undefined], waits: [] });
    expect(await readFile(join(workstation.state, 'logs', 'client.log'), 'utf8')).not.toContain('turn to download');
  });
});
