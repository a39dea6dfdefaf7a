// What the server says of itself.
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testServer, type TestServer } from '@usher/testkit';
import type { aboutSchema } from '@usher/protocol';
import type * as z from 'zod';

let server: TestServer;

beforeEach(async () => {
  server = await testServer({
    environment: { USHER_PUBLIC_URL: 'https://usher.example', USHER_MAX_UPLOAD: '1000000' },
  });
});

afterEach(() => server.close());

test('a server says what it is, where it is reached and what its workstations trust', async () => {
  const viewer = await server.signIn('viewer');
  server.clock.advance({ minutes: 5 });
  const about = await viewer.get<z.output<typeof aboutSchema>>('/about');
  const root = createHash('sha256').update(server.system.trust.rootDocument()).digest('hex');
  expect(about).toMatchObject({
    protocol: 1,
    publicUrl: 'https://usher.example',
    database: server.system.database.dialect,
    startedAt: '2026-11-20T09:00:00.000Z',
    maxUploadBytes: 1_000_000,
    trust: { rootFingerprint: root },
  });
  expect(about.version).toMatch(/^\d+\.\d+\.\d+/);
  expect(about.trust.roles.map(({ role }) => role).sort()).toEqual(['root', 'snapshot', 'targets', 'timestamp']);
  for (const { keys, threshold } of about.trust.roles) expect(keys.length).toBeGreaterThanOrEqual(threshold);
});

test('nobody else is told', async () => {
  await server.anonymous.refused('GET', '/about', undefined, 'session.required');
});
