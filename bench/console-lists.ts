// How long the console waits: every list, filtered and sorted, and the overview, over HTTP, with 100,000 workstations and 200 updates in the database.
import { Agent, request } from 'node:http';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compose, makeLog, readConfig, systemClock, systemRandom } from '@usher/server';
import { idOf, largeInstallation as size, prepareConsoleDatabase } from './console-database.ts';
import { copyToPostgres } from './console-postgres.ts';

const email = 'bench@usher.example';
const password = 'correct horse battery staple';
const rounds = 15;
/** Milliseconds that an answer may take in 95 of 100 cases. */
const target = 100;

const everybody = idOf('up_', 150);
const product = idOf('pr_', 0);
const other = idOf('pr_', 1);

const calls: readonly string[] = [
  '/overview',
  '/overview/versions?days=30',
  '/overview/versions?days=365',
  '/overview/failures?days=30',
  '/overview/compliance?days=90',
  `/updates/${everybody}/burn-up`,
  '/workstations',
  '/workstations?pageSize=500',
  '/workstations?page=1500',
  '/workstations?sort=-lastSeenAt&page=1900',
  ...['hostname', '-user', 'os', '-lastSeenAt', 'activatedAt', 'status'].map((sort) => `/workstations?sort=${sort}`),
  ...['installedVersion', '-installedVersion', '-desiredVersion', '-lastError'].map(
    (sort) => `/workstations?product=${product}&sort=${sort}`,
  ),
  '/workstations?status=pending',
  '/workstations?status=authorized&sort=-lastSeenAt',
  '/workstations?status=authorized&sort=os&page=1900',
  '/workstations?tag=lis',
  '/workstations?tag=gru&sort=-installedVersion',
  '/workstations?tag=floor-7&sort=-lastSeenAt',
  '/workstations?group=Site%20gru&sort=hostname',
  `/workstations?product=${product}&sort=installedVersion&page=1900`,
  `/workstations?product=${product}&version=3.18.1`,
  '/workstations?version=3.18.1',
  `/workstations?product=${product}&version=3.11.0&sort=-lastSeenAt`,
  `/workstations?product=${product}&below=3.15.0`,
  `/workstations?product=${product}&below=3.11.0&sort=-lastSeenAt`,
  `/workstations?product=${product}&verdict=offer`,
  `/workstations?product=${product}&verdict=offer&sort=hostname&page=1500`,
  `/workstations?product=${product}&verdict=offer&sort=-installedVersion`,
  `/workstations?product=${product}&verdict=offer&status=authorized&sort=-lastSeenAt`,
  `/workstations?product=${product}&verdict=offer&status=authorized&sort=-lastSeenAt&page=1000`,
  `/workstations?product=${product}&verdict=offer&below=3.19.0&sort=-installedVersion`,
  `/workstations?product=${product}&verdict=block&below=3.19.0&sort=-os`,
  `/workstations?product=${product}&status=authorized&sort=-lastSeenAt&page=1000`,
  `/workstations?product=${product}&below=9.0.0&status=authorized&sort=user`,
  '/workstations?tag=gru&verdict=offer&sort=lastSeenAt',
  '/workstations?q=gru-pc-01&verdict=offer&sort=-user',
  '/workstations?verdict=block&code=2028&sort=-lastSeenAt',
  '/workstations?verdict=would-block',
  `/workstations?product=${other}&verdict=would-block&sort=hostname`,
  '/workstations?q=pc-0123',
  '/workstations?q=nowhere-to-be-found',
  '/workstations?q=lis.user9&sort=-lastSeenAt',
  '/workstations?retired=true',
  '/updates',
  '/updates?pageSize=500',
  '/updates?state=running',
  '/updates?q=everybody&sort=name',
  `/updates?product=${product}&version=3.15.0`,
  `/updates/${everybody}`,
  `/updates/${everybody}/workstations`,
  `/updates/${everybody}/workstations?page=1000`,
  ...['-updatedAt', 'state', '-attempts', '-installedVersion', '-hostname'].map(
    (sort) => `/updates/${everybody}/workstations?sort=${sort}`,
  ),
  `/updates/${everybody}/workstations?state=failed&sort=-updatedAt`,
  `/updates/${everybody}/workstations?state=installed&sort=-updatedAt`,
  `/updates/${everybody}/workstations?q=gru-pc-01`,
  '/installers',
  '/installers?sort=version&decision=approved',
  '/installers?q=arm64',
  '/products',
  '/products?enforcement=observe&sort=-createdAt',
  '/groups',
  '/groups?sort=-createdAt&q=site',
  '/installation-keys',
  '/installation-keys?status=expired&sort=-uses',
  '/events',
  '/events?type=assignment',
  '/events?type=trust',
  '/events?type=assignment.failed&pageSize=200',
  `/events?object=${everybody}`,
  `/events?about=${idOf('ws_', 4711)}`,
  `/events?type=assignment.failed&object=${everybody}`,
  '/events?type=assignment&q=PC-0123',
  '/events?q=PC-0123',
  '/events?q=nowhere-to-be-found',
  '/accounts',
  '/accounts?role=owner&status=active&sort=-lastSignInAt',
  '/tokens',
  '/tokens?status=valid&sort=expiresAt',
];

interface Answer {
  readonly status: number;
  readonly milliseconds: number;
  readonly body: string;
  readonly cookie: string;
}

/** One request over a connection that stays open, timed from its first byte to the last one of the answer. */
function call(agent: Agent, url: string, headers: Record<string, string>, body?: object): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const start = performance.now();
    const sent = request(url, { agent, method: text === undefined ? 'GET' : 'POST', headers }, (answer) => {
      const parts: Buffer[] = [];
      answer.on('data', (part: Buffer) => parts.push(part));
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          milliseconds: performance.now() - start,
          body: Buffer.concat(parts).toString('utf8'),
          cookie: (answer.headers['set-cookie'] ?? []).map((one) => one.split(';')[0]).join('; '),
        }),
      );
      answer.on('error', reject);
    });
    sent.on('error', reject);
    if (text !== undefined) sent.setHeader('content-type', 'application/json');
    sent.end(text);
  });
}

interface Figures {
  readonly best: number;
  readonly median: number;
  readonly ninetyFifth: number;
}

async function measure(agent: Agent, url: string, headers: Record<string, string>): Promise<Figures> {
  const times: number[] = [];
  for (let round = -2; round < rounds; round += 1) {
    const { status, milliseconds, body } = await call(agent, url, headers);
    if (status !== 200) throw new Error(`${url} was answered with ${status}: ${body}`);
    // The first ones pay for what the others find ready: statements, pages of the file.
    if (round >= 0) times.push(milliseconds);
  }
  times.sort((a, b) => a - b);
  const at = (share: number): number => times[Math.max(1, Math.ceil(times.length * share)) - 1] ?? 0;
  return { best: at(0), median: at(0.5), ninetyFifth: at(0.95) };
}

/** Measures every call on the embedded database, or on PostgreSQL. Fails the process where one is too slow. */
export async function benchLists(dialect: 'sqlite' | 'postgres'): Promise<void> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const folder = await mkdtemp(join(tmpdir(), 'usher-bench-console-'));
  try {
    const started = performance.now();
    await prepareConsoleDatabase(folder, size);
    const { size: bytes } = await stat(join(folder, 'usher.db'));
    const postgres = dialect === 'postgres' ? await copyToPostgres(folder) : null;
    const seconds = ((performance.now() - started) / 1000).toFixed(0);
    console.log(`${size.workstations} workstations, ${size.updates} updates, ${size.events} events:`);
    console.log(`a database of ${(bytes / 1e6).toFixed(0)} MB, made in ${seconds} s`);
    try {
      await benchServer(agent, folder, postgres === null ? {} : { USHER_DATABASE_URL: postgres.url });
    } finally {
      await postgres?.stop();
    }
  } finally {
    agent.destroy();
    // The passphrase of a server's keys lies beside its folder.
    for (const path of [folder, `${folder}.passphrase`]) await rm(path, { recursive: true, force: true });
  }
}

async function benchServer(agent: Agent, folder: string, more: Record<string, string>): Promise<void> {
  const environment = {
    USHER_DATA: folder,
    USHER_PORT: '0',
    USHER_ADMIN_EMAIL: email,
    USHER_ADMIN_PASSWORD: password,
    ...more,
  };
  const system = await compose({
    config: readConfig(environment, folder),
    clock: systemClock,
    random: systemRandom,
    log: makeLog('error', systemClock),
    passwordCost: { memory: 64, passes: 1, parallelism: 1 },
    keyCost: { n: 2, r: 1, p: 1 },
  });
  try {
    await system.prepare();
    const url = await system.listen();
    const { cookie } = await call(agent, `${url}/api/v1/session`, { origin: url }, { email, password });
    const line = (name: string, { best, median, ninetyFifth }: Figures): void =>
      console.log(
        `${best.toFixed(1).padStart(8)} ms  ${median.toFixed(1).padStart(8)} ms  ${ninetyFifth.toFixed(1).padStart(8)} ms  ${name}`,
      );
    console.log('       best       median         95th');
    line('/healthz (baseline)', await measure(agent, `${url}/healthz`, {}));
    const slow: string[] = [];
    for (const path of calls) {
      const figures = await measure(agent, `${url}/api/v1${path}`, { cookie });
      line(path, figures);
      if (figures.ninetyFifth >= target) slow.push(path);
    }
    console.log(
      slow.length === 0 ? `all within ${target} ms at the 95th percentile` : `OUTSIDE of ${target} ms: ${slow.length}`,
    );
    if (slow.length > 0) process.exitCode = 1;
  } finally {
    await system.stop();
  }
}
