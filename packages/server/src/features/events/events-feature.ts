// The event log, as the composition takes it.
import type { Database } from '../../database/database.ts';
import type { Feature } from '../../feature.ts';
import type { PersonCaller } from '../../http/caller.ts';
import type { Metrics } from '../../metrics.ts';
import type { EventLog } from './event-log.ts';
import { makeEventStreams } from './event-stream.ts';
import type { RepeatedEvents } from './repeated-events.ts';
import { eventRoutes } from './routes.ts';

/** Makes the feature around the log that all the others record in. */
export function eventsFeature(tools: {
  database: Database;
  events: EventLog;
  repeats: RepeatedEvents;
  metrics: Metrics;
  /** Whether the session or the API token that opened a stream is still good. */
  isSignedIn: (caller: PersonCaller) => Promise<boolean>;
}): Feature {
  const { database, events, repeats, metrics, isSignedIn } = tools;
  const streams = makeEventStreams({ read: database.read, events });
  return {
    name: 'events',
    routes: (app) => eventRoutes(app, { read: database.read, streams, metrics, isSignedIn }),
    jobs: [{ name: 'events.repeats', at: '10 * * * * *', leaseFor: 60_000, run: () => repeats.tell() }],
  };
}
