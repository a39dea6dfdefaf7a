// How old the catalogue may be that a start goes by: it is asked for when that is not known to be less than an hour, and never
// at the cost of the start.
import { generateSigningKey } from '@usher/trust';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';
import { check } from './check.ts';

const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];
const hourMs = 60 * 60 * 1000;

let workstation: ContosoWorkstation;
/** What was asked of the server, in order. */
let asked: string[];
beforeEach(async () => {
  workstation = await ContosoWorkstation.withOldVersion();
  asked = [];
  const { server } = workstation;
  server.policy = { ...server.policy, assignment: null };
  server.interfere = ({ url = '' }) => {
    asked.push(url.slice(url.lastIndexOf('/') + 1));
    return false;
  };
});

const prohibitInCatalogue = () =>
  workstation.server.publish([contoso('3.22.1'), contoso('3.23.0')], [{ version: '3.22.1', reason: 'It leaks.' }]);

describe('a start', () => {
  it('asks one thing while the catalogue is less than an hour old', async () => {
    workstation.host.pass(hourMs);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(asked).toEqual(['check']);
  });

  it('asks for the catalogue once that is older, and goes by what it says at once', async () => {
    workstation.host.pass(hourMs + 1);
    prohibitInCatalogue();
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
    expect(asked).toContain('timestamp.json');
    asked = [];
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
    expect(asked).toEqual(['check']);
  });

  it('asks again the next time where the catalogue could not be had, and starts', async () => {
    workstation.host.pass(hourMs + 1);
    prohibitInCatalogue();
    const { server } = workstation;
    server.interfere = ({ url = '' }, response) => {
      if (!url.includes('/tuf/')) return false;
      response.destroy();
      return true;
    };
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    server.interfere = () => false;
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
  });

  it.each([
    ['back', '2026-11-01T08:00:00.000Z'],
    ['forward', '2026-12-24T08:00:00.000Z'],
  ])('asks for it where the clock was set %s', async (_, to) => {
    workstation.host.setClock(to);
    await workstation.run(start);
    expect(asked).toContain('timestamp.json');
  });

  it.each([
    ['ahead', 2],
    ['behind', -40],
  ])('goes by the server’s time, where the clock is days %s', async (_, days) => {
    const { host, server } = workstation;
    const now = host.clock.now();
    server.now = () => now;
    host.setClock(new Date(now + days * 24 * hourMs).toISOString());
    prohibitInCatalogue();
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
    expect((await workstation.run(['doctor'])).printed).toMatch(/^ok +trust root and metadata: /m);
  });

  it('does without where the answer to the check has taken all the time that there is', async () => {
    const { host, server } = workstation;
    host.pass(hourMs + 1);
    server.answered = () => host.pass(3_000);
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    expect(asked).toEqual(['check']);
  });
});

describe('a workstation whose clock is wrong from the first', () => {
  const beginning = async (days: number) => {
    const first = await ContosoWorkstation.activated();
    const { host, server } = first;
    const now = host.clock.now();
    server.publish([contoso('3.22.1')]);
    server.now = () => now;
    host.setClock(new Date(now + days * 24 * hourMs).toISOString());
    server.assign(contoso('3.22.1'), { requirement: 'mandatory' });
    return await first.run(['start', '--answer', 'now', '--', '/bin/sh', '-c', 'exit 9']);
  };

  it('has its rules and its first version all the same', async () => {
    expect(await beginning(2)).toMatchObject({ status: 9 });
    expect(await beginning(-2)).toMatchObject({ status: 9 });
  });

  it('installs nothing that has expired by it, and names the clock', async () => {
    const { status, told } = await beginning(400);
    expect(status).toBe(30);
    expect(told).toMatch(/machine's clock says 2027-12-27T08:00:00\.000Z/);
  });
});

describe('a start to which the director answers with a new key', () => {
  beforeEach(() => {
    Object.assign(workstation.server, { director: generateSigningKey((length) => randomBytes(length)) });
    prohibitInCatalogue();
  });

  it('asks for the catalogue that names the key', async () => {
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
  });

  it('waits for it no longer than for all that it asks, and goes by the last policy then', async () => {
    const { host, server } = workstation;
    server.interfere = ({ url = '' }) => url.includes('/tuf/');
    server.answered = () => host.pass(2_900);
    const { status, told } = await workstation.run(start);
    expect({ status, told }).toEqual({ status: 9, told: expect.stringContaining('cannot be reached') as string });
  });
});

describe('the engine’s own check every hour', () => {
  it('asks for the catalogue whenever it was last had, so that starts need not', async () => {
    const engine = await workstation.open();
    await check(engine, { ask: true, purpose: 'background' });
    expect(asked).toContain('timestamp.json');
  });
});
