// Tests of starts that were decided without the server: the server is told of each, once, in order.
import { describe, expect, it } from 'vitest';
import { ContosoWorkstation } from '../test-support/contoso-workstation.ts';
import { ServedWorkstation } from '../test-support/served-workstation.ts';
import { contoso } from '../test-support/stand-in-server.ts';

const start = ['start', '--answer', 'later', '--', '/bin/sh', '-c', 'exit 9'];

/** The installed version is prohibited, the workstation knows, and the server does not answer. */
async function prohibitedOffline() {
  const workstation = await ContosoWorkstation.withOldVersion();
  const { server } = workstation;
  server.policy = { ...server.policy, assignment: null, prohibited: [{ version: '3.22.1', reason: 'It leaks.' }] };
  expect(await workstation.run(start)).toMatchObject({ status: 28 });
  expect(server.starts).toEqual([]);
  server.interfere = (_request, response) => {
    response.destroy();
    return true;
  };
  return workstation;
}

describe('a look at what a start would come to', () => {
  it.each([
    ['by the client itself', false],
    ['by the machine’s engine', true],
  ])('is no start, with the server and without it: %s', async (_how, isServed) => {
    const workstation = await prohibitedOffline();
    const { server } = workstation;
    if (isServed) await ServedWorkstation.of(workstation);
    for (const isOnline of [false, true]) {
      server.interfere = (_request, response) => (isOnline ? false : (response.destroy(), true));
      server.checks.length = 0;
      expect(await workstation.run(['check'])).toMatchObject({ status: 28 });
      expect(await workstation.run(['update', '--yes'])).toMatchObject({ status: 28 });
    }
    expect(server.checks.map(({ purpose }) => purpose)).toEqual(['background', 'update']);
    expect(server.starts).toEqual([]);
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
    expect(server.checks.at(-1)?.purpose ?? 'start').toBe('start');
  });
});

describe('a start that is blocked while the server cannot be reached', () => {
  it('is told when it can: each once, with the time at which it was', async () => {
    const workstation = await prohibitedOffline();
    const { server, host } = workstation;
    for (let times = 0; times < 3; times += 1) {
      host.pass(60_000);
      expect(await workstation.run(start)).toMatchObject({ status: 28 });
    }
    // The server takes them, and its answer is lost: they come again with the same ids.
    server.interfere = () => false;
    server.answered = (request, response) => {
      if (request.url?.endsWith('/reports') === true) response.destroy();
    };
    await workstation.run(['check']);
    server.answered = () => undefined;
    await workstation.run(['check']);
    await workstation.run(['check']);
    const told = [...new Map(server.starts.map((each) => [each.id, each])).values()];
    expect(server.starts).toHaveLength(6);
    expect(told).toMatchObject(
      ['2026-11-22T08:01:00.000Z', '2026-11-22T08:02:00.000Z', '2026-11-22T08:03:00.000Z'].map((at) => ({
        ...{
          at,
          result: 'blocked',
          code: 2028,
          reason: 'version-prohibited',
          product: 'pr_1',
          installedVersion: '3.22.1',
        },
      })),
    );
  });

  it('is not told of where nothing was started: somebody only looked', async () => {
    const workstation = await prohibitedOffline();
    for (const command of [['status'], ['doctor'], ['check'], ['update', '--yes']]) await workstation.run(command);
    workstation.server.interfere = () => false;
    await workstation.run(['check']);
    expect(workstation.server.starts).toEqual([]);
  });
});

describe('a pass that was typed in while the server cannot be reached', () => {
  it('is told of as used, once, whatever comes between', async () => {
    const workstation = await prohibitedOffline();
    const { server } = workstation;
    const until = '2026-11-22T20:00:00.000Z';
    expect(await workstation.run(['unlock', server.pass(until)])).toMatchObject({ status: 0 });
    for (let times = 0; times < 3; times += 1) expect(await workstation.run(start)).toMatchObject({ status: 9 });
    server.interfere = () => false;
    server.assign(contoso('3.23.0'));
    server.policy = { ...server.policy, pass: { until, reason: 'The clinic is open.' } };
    await workstation.run(start);
    await workstation.run(start);
    expect(server.starts).toMatchObject([{ result: 'pass-used', passUntil: until, reason: 'pass' }]);
  });

  it('ends with the first answer of the server that does not name it, because it was withdrawn', async () => {
    const workstation = await prohibitedOffline();
    const { server } = workstation;
    const until = '2026-11-22T20:00:00.000Z';
    const isOffline = server.interfere;
    await workstation.run(['unlock', server.pass(until)]);
    server.interfere = () => false;
    server.policy = { ...server.policy, pass: { until, reason: 'The clinic is open.' } };
    expect(await workstation.run(start)).toMatchObject({ status: 9 });
    server.policy = { ...server.policy, pass: null };
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
    server.interfere = isOffline;
    expect(await workstation.run(start)).toMatchObject({ status: 28 });
  });
});
