// What can go wrong around a client, one thing after another: after each, the application starts by a version that the
// rules allow, the update still comes, and the server is told nothing twice.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { randomBytes } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StateFolder } from '../state/state-folder.ts';
import { toldTwice } from '../test-support/client-process.ts';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { KeptFolder } from '../test-support/kept-state.ts';
import { contoso, refuse, sendBytes, type StandInServer } from '../test-support/stand-in-server.ts';

const fresh = contoso('3.23.0');
const run9 = ['--', '/bin/sh', '-c', 'exit 9'];
const now = ['start', '--answer', 'now', ...run9];
const later = ['start', '--answer', 'later', ...run9];

const statusOf = async (workstation: ContosoWorkstation) =>
  JSON.parse((await workstation.run(['status', '--json'])).printed) as { installedVersion: string | null };

type Fault = (request: IncomingMessage, response: ServerResponse) => void;

const faults: Readonly<Record<string, Fault>> = {
  'cut before the answer': (_request, response) => response.destroy(),
  'cut in the answer': (_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': 5000 });
    response.write('{"policy":', () => response.destroy());
  },
  'shorter than it says': (_request, response) => {
    response.writeHead(200, { 'content-length': 5000 }).write('{}');
    response.socket?.end();
  },
  'other bytes': (_request, response) => void response.writeHead(200).end(randomBytes(16_384)),
  'longer than it may be': (_request, response) => void response.writeHead(200).end(Buffer.alloc(3_000_000, 'x')),
  'nothing at all': (_request, response) => void response.writeHead(200).end(),
  'a redirect': (_request, response) => void response.writeHead(302, { location: 'http://127.0.0.1:9/' }).end(),
  '500': (_request, response) => refuse(response, 500, 'server.internal'),
  '503 without a word': (_request, response) => void response.writeHead(503).end('<html>'),
  '429 with Retry-After': (_request, response) => {
    response.setHeader('retry-after', '5');
    refuse(response, 429, 'request.too-many');
  },
  'no HTTP': (_request, response) => void response.socket?.end('SSH-2.0-OpenSSH_9.2\r\n'),
};

const places = {
  'the check': (url: string) => url.endsWith('/check'),
  reports: (url: string) => url.endsWith('/reports'),
  'the catalogue': (url: string) => url.endsWith('.json'),
  'the installer': (url: string) => url.includes('/targets/installers/'),
  everything: () => true,
} as const;

function breakAt(server: StandInServer, place: keyof typeof places, fault: Fault): void {
  server.interfere = (request, response) => {
    const isHere = places[place](request.url ?? '');
    if (isHere) fault(request, response);
    return isHere;
  };
}

describe.each(Object.keys(places) as (keyof typeof places)[])('%s answered with', (place) => {
  it.each(Object.entries(faults))(
    '%s: the application starts, and the update comes afterwards',
    async (_name, fault) => {
      const workstation = await ContosoWorkstation.withOldVersion();
      const { server, host } = workstation;
      server.assign(fresh);
      breakAt(server, place, fault);
      expect(await workstation.run(now)).toMatchObject({ status: 9 });
      expect(['3.22.1', '3.23.0']).toContain((await statusOf(workstation)).installedVersion);
      // A person waits no longer than for the attempts of one download.
      expect(host.waits.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(60_000);
      server.interfere = () => false;
      host.pass(11 * 60_000);
      expect(await workstation.run(now)).toMatchObject({ status: 9 });
      expect((await statusOf(workstation)).installedVersion).toBe('3.23.0');
      await workstation.run(['check']);
      expect(toldTwice(server.reports)).toEqual([]);
      expect(server.reportedStates.filter((state) => state === 'installed').length).toBeGreaterThan(0);
    },
  );
});

describe('the connection', () => {
  it('that is cut at 60 % goes on where it was', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server } = workstation;
    server.assign(fresh);
    const part = Math.floor(fresh.bytes.length * 0.6);
    const ranges: (string | undefined)[] = [];
    server.interfere = (request, response) => {
      if (request.url?.includes('/targets/installers/') !== true) return false;
      ranges.push(request.headers.range);
      if (ranges.length > 1) return false;
      const etag = `"${fresh.entry.sha256}"`;
      response.writeHead(200, { etag, 'content-length': fresh.bytes.length });
      response.write(fresh.bytes.subarray(0, part), () => setTimeout(() => response.destroy(), 15));
      return true;
    };
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect(ranges).toEqual([undefined, `bytes=${part}-`]);
    expect((await statusOf(workstation)).installedVersion).toBe('3.23.0');
  });

  it('that brings an older file, signed as it was, does not get it in', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server } = workstation;
    server.assign(fresh);
    server.interfere = (request, response) => {
      const isInstaller = request.url?.includes('/targets/installers/') === true;
      if (isInstaller) sendBytes(request, response, contoso('3.22.1').bytes);
      return isInstaller;
    };
    const { status, told } = await workstation.run(now);
    expect(status).toBe(9);
    expect(told).toContain('Code 2041');
    expect(server.reports.at(-1)).toMatchObject({ state: 'failed', code: 2041 });
  });
});

describe('the clock', () => {
  it.each([
    ['forward by a year', '2027-11-22T08:00:00.000Z'],
    ['forward by sixty years', '2086-11-22T08:00:00.000Z'],
    ['back by a year', '2025-11-22T08:00:00.000Z'],
    ['to the beginning', '1970-01-01T00:00:00.000Z'],
  ])('that is set %s: online all goes on, and offline it gains nothing', async (_how, instant) => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server, host } = workstation;
    server.assign(fresh, { cutoffAt: '2026-11-23T00:00:00.000Z' });
    const serverNow = server.now();
    server.now = () => serverNow;
    expect(await workstation.run(later)).toMatchObject({ status: 9 });
    host.setClock(instant);
    expect(await workstation.run(later)).toMatchObject({ status: 9 });
    server.interfere = (_request, response) => {
      response.destroy();
      return true;
    };
    const offline = await workstation.run(later);
    // Forward is beyond the grace, after which this product starts all the same; back is within it.
    expect(offline).toMatchObject({ status: 9 });
    server.interfere = () => false;
    host.setClock('2026-11-22T09:00:00.000Z');
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    expect((await statusOf(workstation)).installedVersion).toBe('3.23.0');
    expect(toldTwice(server.reports)).toEqual([]);
  });
});

describe('a cut-off in the workstation’s own time', () => {
  // 18:00 there. The server makes an instant of it with the zone that the workstation reported.
  it.each([
    ['São Paulo', '2026-12-04T21:00:00.000Z'],
    ['Lisbon', '2026-12-04T18:00:00.000Z'],
  ])('holds in %s from 18:00 on, online and offline, also where the clock is set back', async (_city, cutoffAt) => {
    const minute = 60_000;
    const at = (offset: number) => new Date(Date.parse(cutoffAt) + offset).toISOString();
    for (const isOnline of [true, false]) {
      const workstation = await ContosoWorkstation.withOldVersion();
      const { server, host } = workstation;
      server.assign(fresh, { cutoffAt });
      host.setClock(at(-3_600_000));
      let serverNow = Date.parse(at(-3_600_000));
      server.now = () => serverNow;
      server.publish([contoso('3.22.1'), fresh]);
      const pass = (ms: number) => {
        host.pass(ms);
        serverNow += ms;
      };
      // On the disk beforehand: offline, only an update that can be installed is required.
      server.interfere = (request, response) => {
        const isReport = request.url?.endsWith('/reports') === true && !isOnline;
        if (isReport) response.destroy();
        return isReport;
      };
      const { driver } = await workstation.open();
      workstation.driver = {
        ...{ installed: (codes) => driver.installed(codes), remove: (what) => driver.remove(what) },
        ...{ trouble: () => driver.trouble(), install: () => Promise.resolve({ exitCode: 1603 }) },
      };
      expect(await workstation.run(now)).toMatchObject({ status: 9 });
      if (!isOnline) server.interfere = (_request, response) => (response.destroy(), true);
      pass(3_600_000 - minute);
      expect(await workstation.run(later)).toMatchObject({ status: 9 });
      pass(2 * minute);
      expect(await workstation.run(later)).toMatchObject({ status: 20 });
      host.setClock(at(-7_200_000));
      expect(await workstation.run(later)).toMatchObject({ status: 20 });
      host.reboot();
      expect(await workstation.run(later)).toMatchObject({ status: 20 });
    }
  });
});

describe('the server', () => {
  it('gone for a week: the rules hold each day, and what happened is told once each, in order', async () => {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server, host } = workstation;
    server.assign(fresh);
    const { driver } = await workstation.open();
    workstation.driver = {
      ...{ installed: (codes) => driver.installed(codes), remove: (what) => driver.remove(what) },
      ...{ trouble: () => driver.trouble(), install: () => Promise.resolve({ exitCode: 1603 }) },
    };
    expect(await workstation.run(now)).toMatchObject({ status: 9 });
    server.interfere = (_request, response) => (response.destroy(), true);
    const before = server.reports.length;
    for (let day = 1; day <= 7; day += 1) {
      for (const answer of [later, now, later]) {
        host.pass(8 * 3_600_000);
        expect(await workstation.run(answer)).toMatchObject({ status: 9 });
      }
      if (day === 3) host.reboot();
    }
    expect(server.reports).toHaveLength(before);
    server.interfere = () => false;
    // The first answer is lost: they come again, and count once.
    let posts = 0;
    server.answered = (request, response) => {
      if (request.url?.endsWith('/reports') === true && (posts += 1) === 1) response.destroy();
    };
    await workstation.run(['check']);
    host.pass(11 * 60_000);
    await workstation.run(['check']);
    const told = [...new Map(server.reports.map((report) => [report.id, report])).values()].slice(before);
    const seqs = told.map(({ seq }) => Number(seq));
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(new Set(seqs).size).toBe(seqs.length);
    expect(told.filter(({ state }) => state === 'deferred')).toHaveLength(14);
    expect(told.filter(({ state }) => state === 'failed').map(({ attempt }) => attempt)).toEqual([2, 3, 4, 5, 6, 7, 8]);
    expect(toldTwice(server.reports)).toEqual([]);
    expect(await readdir(join(workstation.state, 'queue'))).toEqual(['counters.json']);
  });
});

describe('a file of the state', () => {
  /** A workstation with every kind of file on its disk. */
  async function everything(): Promise<{ workstation: ContosoWorkstation; kept: KeptFolder }> {
    const workstation = await ContosoWorkstation.withOldVersion();
    const { server } = workstation;
    server.assign(fresh);
    server.interfere = (request, response) => {
      const isReports = request.url?.endsWith('/reports') === true;
      if (isReports) response.destroy();
      return isReports;
    };
    const until = '2026-11-22T20:00:00.000Z';
    server.policy = { ...server.policy, pass: { until, reason: 'The clinic is open.' } };
    await workstation.run(['unlock', server.pass(until)]);
    await workstation.run(later);
    const engine = await workstation.open();
    const { state, host, product } = engine;
    await state.pauses.write({ reports: { from: host.clock.now(), until: host.clock.now() + 1000 } });
    await state.turns.write({ turns: [{ sha256: fresh.entry.sha256, notBefore: 0 }] });
    await state.moved.write({ workstationId: 'ws_0' });
    await product.started.write({ applications: [{ pid: 1, mark: 'x' }] });
    server.interfere = () => false;
    return { workstation, kept: await KeptFolder.of(workstation.folder) };
  }

  const isState = (name: string) => /^state\/.*\.(?:json|jws)$/.test(name);

  it('cut at any length is set aside or read as it is, and never in the way', async () => {
    const { workstation, kept } = await everything();
    const names = kept.names.filter((name) => isState(name) && !name.includes('/tuf/'));
    expect(names.length).toBeGreaterThan(14);
    let cuts = 0;
    for (const name of names) {
      const content = kept.content(name);
      const path = join(workstation.folder, name);
      const file = fileAt(workstation.state, path);
      if (file === null) continue;
      for (let length = 0; length < content.length; length += 1) {
        await writeFile(path, content.subarray(0, length));
        await file.read();
        // What was set aside is looked through for a free name: here it would only grow.
        await rm(`${path}.damaged-1`, { force: true });
        cuts += 1;
      }
      await writeFile(path, content);
    }
    expect(cuts).toBeGreaterThan(5_000);
    await kept.restore();
    expect(await workstation.run(later)).toMatchObject({ status: 9 });
  });

  /** The file as the client reads it; null for one that is no document of its own (the policy is a signed text). */
  function fileAt(root: string, path: string): { read(): Promise<unknown> } | null {
    const state = new StateFolder(root, () => undefined);
    const product = state.product(null);
    const files = [
      ...[state.identity, state.identityCopy, state.settings, state.counters, state.cacheIndex, state.installed],
      ...[state.installedCopy, state.pauses, state.turns, state.moved, state.pendingActivation],
      ...[product.known, product.clock, product.journal, product.pass, product.started],
    ];
    const report = /queue.(\d+\.json)$/.exec(path)?.[1];
    return report === undefined ? (files.find((file) => file.path === path) ?? null) : state.report(report);
  }

  it('lost, or cut somewhere: the application starts, with the server and without it', async () => {
    const { workstation, kept } = await everything();
    const { server } = workstation;
    const wrong: string[] = [];
    for (const name of kept.names.filter(isState)) {
      const content = kept.content(name);
      // Without a policy there are no rules to go by offline.
      const places = name.endsWith('policy.jws') ? [true] : [true, false];
      for (const isOnline of places) {
        for (const length of [0, Math.floor(content.length / 2), content.length - 2]) {
          await kept.restore();
          await writeFile(join(workstation.folder, name), content.subarray(0, length));
          server.interfere = (_request, response) => (isOnline ? false : (response.destroy(), true));
          const { status, told } = await workstation.run(later);
          if (status !== 9)
            wrong.push(`${name} cut at ${length}, ${isOnline ? 'online' : 'offline'}: ${status} ${told}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(await readFile(join(workstation.state, 'identity.json'), 'utf8')).toContain('ws_1');
  });
});
