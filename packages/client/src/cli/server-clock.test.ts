// Whose clock is wrong: doctor compares with the time of the server's answer, whatever time an older policy told of.
import { generateSigningKey } from '@usher/trust';
import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';

const dayMs = 24 * 60 * 60 * 1000;

let workstation: ContosoWorkstation;

beforeEach(async () => {
  workstation = await ContosoWorkstation.activated();
});

describe('a server whose clock ran ahead once', () => {
  beforeEach(async () => {
    const { host, server } = workstation;
    server.now = () => host.clock.now() + 10 * dayMs;
    server.publish([]);
    expect(await workstation.run(['check'])).toMatchObject({ told: '' });
    server.now = () => host.clock.now();
  });

  it('is named by doctor; the machine’s clock is not blamed, nor the catalogue taken for expired', async () => {
    const { status, printed } = await workstation.run(['doctor']);
    expect(status).toBe(1);
    expect(printed).toMatch(/^NOT OK {2}server: The policy was issued before one .* The server's clock is behind now/m);
    expect(printed).toMatch(/^ok {6}clock: within \d s of the server's$/m);
    expect(printed).toMatch(/^ok {6}trust root and metadata: /m);
  });

  it('is believed again once it signs with another key', async () => {
    const { server } = workstation;
    server.director = generateSigningKey(randomBytes);
    server.publish([]);
    const { status, printed } = await workstation.run(['doctor']);
    expect(printed).toMatch(/^ok {6}server: answers/m);
    expect(status).toBe(0);
  });
});

describe('a machine whose clock is wrong', () => {
  it.each([
    ['ahead', 60],
    ['behind', -60],
  ])('is told so (%s)', async (_, minutes) => {
    const { host, server } = workstation;
    const now = host.clock.now();
    server.now = () => now;
    host.setClock(new Date(now + minutes * 60_000).toISOString());
    const { status, printed } = await workstation.run(['doctor']);
    expect(status).toBe(1);
    expect(printed).toContain(`NOT OK  clock: it is ${minutes} min away from the server's.`);
  });

  it('is not told so where the server does not answer: nothing is compared with what it said in the past', async () => {
    await workstation.run(['check']);
    workstation.host.reboot();
    workstation.host.pass(dayMs);
    await workstation.server.stop();
    const { printed } = await workstation.run(['doctor']);
    expect(printed).toContain('ok      clock: not compared');
  });
});
