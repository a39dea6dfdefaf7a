// What the server counts about itself, in the text format of Prometheus. Labels have few values, always.
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** The numbers of one server. Every server has its own registry, so that two in one process stay apart. */
export interface Metrics {
  /** Business events by type. */
  readonly events: Counter<'type'>;
  /** Answered requests by method, route pattern and status. */
  readonly requests: Histogram<'method' | 'route' | 'status'>;
  /** Runs of periodic jobs by name and outcome. */
  readonly jobRuns: Counter<'job' | 'outcome'>;
  /** Open event streams. */
  readonly streams: Gauge;
  /** The registry, for features that count something of their own. */
  readonly registry: Registry;
  /** The whole in the text format of Prometheus. */
  text(): Promise<string>;
}

/** Makes the metrics; `processMetrics` adds memory, CPU and event loop of the process. */
export function makeMetrics(options: { readonly processMetrics: boolean }): Metrics {
  const registry = new Registry();
  if (options.processMetrics) collectDefaultMetrics({ register: registry });
  const registers = [registry];
  return {
    registry,
    events: new Counter({
      name: 'usher_events_total',
      help: 'Business events by type',
      labelNames: ['type'],
      registers,
    }),
    requests: new Histogram({
      name: 'usher_request_seconds',
      help: 'Time to answer a request',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60],
      registers,
    }),
    jobRuns: new Counter({
      name: 'usher_job_runs_total',
      help: 'Runs of periodic jobs by outcome',
      labelNames: ['job', 'outcome'],
      registers,
    }),
    streams: new Gauge({ name: 'usher_event_streams', help: 'Open event streams', registers }),
    text: () => registry.metrics(),
  };
}
