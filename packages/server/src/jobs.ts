// Periodic work: each job runs at its times, in one process at a time, and never twice at once.
import { Cron } from 'croner';
import type { Lease, Leases } from './database/leases.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';

/** Something done again and again. It must be safe to run twice in a row, and to be cut off. */
export interface Job {
  readonly name: string;
  /** Croner's pattern with seconds, in UTC: `0 * * * * *` is every full minute. */
  readonly at: string;
  /** Milliseconds after which another process may take it over; longer than a run ever takes. */
  readonly leaseFor: number;
  /** `lease` is what a write that must not come late is confirmed with. */
  run(lease: Lease): Promise<void>;
}

/** The periodic work of one process. */
export interface Jobs {
  start(): void;
  /** Runs one job now, unless another process runs it: false then. @throws what the job throws */
  runNow(name: string): Promise<boolean>;
  /** No further run begins; resolves when those under way have ended. */
  stop(): Promise<void>;
}

/** @throws Error where two jobs have one name, or a job's times cannot be read */
export function makeJobs(jobs: readonly Job[], tools: { leases: Leases; log: Log; metrics: Metrics }): Jobs {
  const { leases, log, metrics } = tools;
  const byName = new Map(jobs.map((job) => [job.name, job]));
  if (byName.size !== jobs.length) throw new Error('Two jobs have one name.');
  for (const job of jobs) requireTimes(job);
  const schedules: Cron[] = [];
  const running = new Map<string, Promise<boolean>>();

  async function run(job: Job): Promise<boolean> {
    const lease = await leases.take(`job:${job.name}`, job.leaseFor);
    if (lease === null) return false;
    try {
      await job.run(lease);
      metrics.jobRuns.inc({ job: job.name, outcome: 'done' });
    } catch (error) {
      metrics.jobRuns.inc({ job: job.name, outcome: 'failed' });
      throw error;
    } finally {
      await leases.release(lease);
    }
    return true;
  }

  function runOnce(job: Job): Promise<boolean> {
    const already = running.get(job.name);
    if (already !== undefined) return already;
    const promise = run(job).finally(() => running.delete(job.name));
    running.set(job.name, promise);
    return promise;
  }

  return {
    start: () => {
      for (const job of jobs) {
        schedules.push(
          new Cron(job.at, { timezone: 'UTC', unref: true }, async () => {
            try {
              await runOnce(job);
            } catch (error) {
              log.error({ error, job: job.name }, 'a periodic job failed');
            }
          }),
        );
      }
    },
    runNow: (name) => {
      const job = byName.get(name);
      return job === undefined ? Promise.reject(new Error(`There is no job "${name}".`)) : runOnce(job);
    },
    stop: async () => {
      for (const schedule of schedules) schedule.stop();
      await Promise.allSettled(running.values());
    },
  };
}

function requireTimes({ name, at }: Job): void {
  try {
    new Cron(at, { timezone: 'UTC', paused: true }).nextRun();
  } catch (cause) {
    throw new Error(`The times of the job "${name}" cannot be read: ${at}.`, { cause });
  }
}
