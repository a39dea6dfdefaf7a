// Periodic work: one run at a time, in one process at a time.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ManualClock, testDatabase, testServer, type TestDatabase } from '@usher/testkit';
import { makeLeases } from './database/leases.ts';
import { makeJobs, type Job } from './jobs.ts';
import { makeLog } from './log.ts';
import { makeMetrics } from './metrics.ts';

let database: TestDatabase;
const clock = new ManualClock();

beforeEach(async () => {
  database = await testDatabase();
});

afterEach(() => database.close());

function processWith(holder: string, ...jobs: Job[]) {
  const metrics = makeMetrics({ processMetrics: false });
  const lines: string[] = [];
  const log = makeLog('info', clock, { write: (line) => void lines.push(line) });
  return { metrics, lines, jobs: makeJobs(jobs, { leases: makeLeases(database, clock, holder), log, metrics }) };
}

/** A job that goes on until it is told to end. */
function held(name = 'job') {
  const begun = Promise.withResolvers<undefined>();
  const end = Promise.withResolvers<undefined>();
  let runs = 0;
  const job: Job = {
    name,
    at: '* * * * * *',
    leaseFor: 60_000,
    run: async () => {
      runs += 1;
      begun.resolve(undefined);
      await end.promise;
    },
  };
  return { job, begun: begun.promise, end: () => end.resolve(undefined), runs: () => runs };
}

test('runs when it is asked to, and says so in the metrics', async () => {
  const { job, end, runs } = held();
  const { jobs, metrics } = processWith('left', job);
  end();
  expect(await jobs.runNow('job')).toBe(true);
  expect(runs()).toBe(1);
  expect(await metrics.text()).toContain('usher_job_runs_total{job="job",outcome="done"} 1');
});

test('does not run twice at once, neither here nor elsewhere', async () => {
  const { job, begun, end, runs } = held();
  const here = processWith('left', job);
  const elsewhere = processWith('right', job);
  const first = here.jobs.runNow('job');
  await begun;
  const second = here.jobs.runNow('job');
  expect(await elsewhere.jobs.runNow('job')).toBe(false);
  end();
  await Promise.all([first, second]);
  expect(runs()).toBe(1);
  expect(await elsewhere.jobs.runNow('job')).toBe(true);
});

test('that fails says why, and can run again', async () => {
  let fail = true;
  const job: Job = {
    name: 'job',
    at: '* * * * * *',
    leaseFor: 60_000,
    run: () => (fail ? Promise.reject(new Error('broken')) : Promise.resolve()),
  };
  const { jobs, metrics } = processWith('left', job);
  await expect(jobs.runNow('job')).rejects.toThrow('broken');
  expect(await metrics.text()).toContain('usher_job_runs_total{job="job",outcome="failed"} 1');
  fail = false;
  expect(await jobs.runNow('job')).toBe(true);
});

test('runs by itself at its times, and no more after the stop, which waits for the run under way', async () => {
  const { job, begun, end, runs } = held();
  const { jobs } = processWith('left', job);
  jobs.start();
  await begun;
  let stopped = false;
  const stopping = jobs.stop().then(() => (stopped = true));
  expect(stopped).toBe(false);
  end();
  await stopping;
  expect(runs()).toBe(1);
});

test('a server that stops begins no run while its last requests finish', async () => {
  const server = await testServer();
  const stop = vi.spyOn(server.system.jobs, 'stop');
  const close = vi.spyOn(server.system.app, 'close');
  await server.close();
  const [stopped] = stop.mock.invocationCallOrder;
  const [closed] = close.mock.invocationCallOrder;
  expect(stopped).toBeLessThan(closed ?? 0);
});

test('a time that cannot be read is a mistake that shows before anything starts', () => {
  expect(() => processWith('left', { ...held().job, at: '5/15 * * * * *' })).toThrow('"job"');
});

test('two of one name are a mistake, and so is asking for one that is not there', async () => {
  const { job } = held();
  expect(() => processWith('left', job, job)).toThrow('one name');
  await expect(processWith('left', job).jobs.runNow('other')).rejects.toThrow('other');
});
