// Starts while the machine itself has only just started, and its engine has not yet: what the engine would say must not
// be missed for some seconds, and nobody waits longer than that.
import { beforeEach, describe, expect, test } from 'vitest';
import { ClientError } from '../client-error.ts';
import { LateEngine } from '../launcher/late-engine.ts';
import type { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const start = ['start', '--ui', 'terminal', '--', '/bin/sh', '-c', 'exit 9'];
const sentence = 'The machine has only just started. Waiting for its Usher engine.';
let served: ServedWorkstation;
let desk: ContosoWorkstation;

/** A machine that has been started just now, on which an engine is installed. */
beforeEach(async () => {
  served = await ServedWorkstation.create();
  desk = served.desk;
  // What the rules were when somebody started last.
  expect(await desk.run(start)).toMatchObject({ status: 9 });
  await served.engine.close();
  desk.host.reboot();
});

/** The engine is there after the launcher has waited this long. */
function engineComesAfter(ms: number): void {
  const { host } = desk;
  const wait = host.wait.bind(host);
  const up = host.clock.sinceBoot() + ms;
  let isUp = false;
  host.wait = async (each) => {
    await wait(each);
    if (isUp || host.clock.sinceBoot() < up) return;
    isUp = true;
    await served.serveAgain();
  };
}

/** For the engine, in all; between looks at it is less than a second. */
const waited = () => desk.host.waits.filter((ms) => ms < 1_000).reduce((sum, ms) => sum + ms, 0);

describe('an engine that starts with the machine, some seconds after somebody has started the application', () => {
  test('is waited for: an update that it requires is required', async () => {
    desk.server.assign(contoso('3.23.0'), { requirement: 'mandatory', updateId: 'up_1' });
    engineComesAfter(2_000);
    const { status, told } = await desk.run(start);
    expect(status).toBe(20);
    expect(told).not.toContain(sentence);
    expect(waited()).toBeLessThan(2_500);
  });

  test('is waited for: rules that end without it have not ended', async () => {
    desk.server.policy = { offline: { graceHours: 0, then: 'block' } };
    await served.serveAgain();
    expect(await desk.run(start)).toMatchObject({ status: 9 });
    await served.engine.close();
    engineComesAfter(8_000);
    const { status, told } = await desk.run(start);
    expect(status).toBe(9);
    // Whoever waits for more than a moment is told for what.
    expect(told.split('\n').filter((line) => line.includes(sentence))).toHaveLength(1);
  });

  test('is not waited for any longer than fifteen seconds in all: the last rules hold then, and that is said', async () => {
    desk.server.assign(contoso('3.23.0'), { requirement: 'mandatory', updateId: 'up_1' });
    const { status, told } = await desk.run(start);
    expect(status).toBe(9);
    expect(told).toContain(sentence);
    expect(told).toContain('The rules of');
    expect(waited()).toBeGreaterThanOrEqual(15_000);
    expect(waited()).toBeLessThan(15_500);
  });

  test('is not asked again where it takes the question and says nothing for as long as that', async () => {
    const address = { address: 'engine.sock', publicKey: '', secret: new Uint8Array() };
    const engine = new LateEngine(desk.host, desk.state, address);
    let asked = 0;
    const question = () => {
      asked += 1;
      desk.host.pass(20_000);
      return Promise.reject(new ClientError('engine.silent', 'It gives no sign of life.'));
    };
    await expect(engine.ask(question, () => undefined)).rejects.toThrow('no sign of life');
    expect(asked).toBe(1);
  });

  test('is not waited for where the machine has been running for a while', async () => {
    desk.host.pass(5 * 60_000);
    expect(await desk.run(start)).toMatchObject({ status: 9 });
    expect(waited()).toBe(0);
  });
});
