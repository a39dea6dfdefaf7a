// How soon the console is of use: from an address typed into a browser with an empty cache to the first control that takes a press,
// and how many bytes of script come over the line for it.
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type Browser, type Page } from '@playwright/test';
import { largeInstallation, prepareConsoleDatabase } from './console-database.ts';

const root = join(import.meta.dirname, '..');
const account = { email: 'bench@usher.example', password: 'correct horse battery staple' };
const rounds = 7;
/** Milliseconds until a page is of use, in the middle one of all rounds. */
const mostMilliseconds = 1500;
/** Bytes of script that a first page may cost, as they come over the line. */
const mostScript = 400_000;

/** Milliseconds in which everything that belongs to a first page has come. */
const aMoment = 1500;

interface Server {
  readonly url: string;
  readonly stop: () => Promise<void>;
}

/** The server in a process of its own, with a large installation's database. */
async function startServer(data: string): Promise<Server> {
  const child: ChildProcess = spawn(process.execPath, ['packages/server/src/main.ts', 'serve'], {
    cwd: root,
    env: {
      ...process.env,
      USHER_PORT: '0',
      USHER_DATA: data,
      USHER_LOG_LEVEL: 'error',
      USHER_ADMIN_EMAIL: account.email,
      USHER_ADMIN_PASSWORD: account.password,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout?.on('data', (chunk: Buffer) => {
      said += chunk.toString();
      const ready = /usher is ready at (\S+)/.exec(said)?.[1];
      if (ready !== undefined) resolve(new URL(ready).origin);
    });
    child.once('exit', () => reject(new Error('The server ended before it was ready')));
  });
  return {
    url,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill('SIGTERM');
      }),
  };
}

interface First {
  readonly milliseconds: number;
  readonly script: number;
}

/** Opens a page with an empty cache, and waits until a control of it can be pressed. */
async function open(
  browser: Browser,
  { url }: Server,
  path: string,
  firstControl: (page: Page) => Promise<void>,
  isSignedIn: boolean,
): Promise<First> {
  const context = await browser.newContext({ locale: 'en-US', viewport: { width: 1360, height: 900 } });
  try {
    if (isSignedIn) await context.request.post(`${url}/api/v1/session`, { data: account });
    const page = await context.newPage();
    const tools = await context.newCDPSession(page);
    await tools.send('Network.enable');
    const scripts = new Set<string>();
    let script = 0;
    tools.on('Network.responseReceived', ({ requestId, type }) => {
      if (type === 'Script') scripts.add(requestId);
    });
    tools.on('Network.loadingFinished', ({ requestId, encodedDataLength }) => {
      if (scripts.has(requestId)) script += encodedDataLength;
    });
    const start = performance.now();
    await page.goto(url + path, { waitUntil: 'commit' });
    await firstControl(page);
    const milliseconds = performance.now() - start;
    // What is fetched a moment later, such as the plots, is counted too.
    await page.waitForTimeout(aMoment);
    return { milliseconds, script };
  } finally {
    await context.close();
  }
}

const cases = [
  {
    name: 'sign-in, until its field takes letters',
    path: '/sign-in',
    isSignedIn: false,
    firstControl: (page: Page) => page.getByLabel('E-mail address').fill('ana'),
  },
  {
    name: 'overview, until what needs attention can be followed',
    path: '/',
    isSignedIn: true,
    // Not hovered: a link that the pointer is on has its page fetched beforehand.
    firstControl: (page: Page) => page.getByRole('main').getByRole('link').first().waitFor(),
  },
] as const;

const folder = await mkdtemp(join(tmpdir(), 'usher-bench-first-page-'));
try {
  await prepareConsoleDatabase(folder, largeInstallation);
  const server = await startServer(folder);
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  });
  try {
    let isGood = true;
    for (const { name, path, isSignedIn, firstControl } of cases) {
      const found: First[] = [];
      // The first round pays for what the server compresses once.
      for (let round = -1; round < rounds; round += 1) {
        const first = await open(browser, server, path, firstControl, isSignedIn);
        if (round >= 0) found.push(first);
      }
      const times = found.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
      const median = times[Math.floor(times.length / 2)] ?? Infinity;
      const script = Math.max(...found.map((one) => one.script));
      const all = times.map((time) => time.toFixed(0)).join(' ');
      console.log(
        `${median.toFixed(0).padStart(6)} ms  ${(script / 1000).toFixed(0).padStart(5)} kB of script  ${name} (${all})`,
      );
      isGood &&= median < mostMilliseconds && script > 0 && script < mostScript;
    }
    console.log(
      `${isGood ? 'within' : 'OUTSIDE of'} ${mostMilliseconds} ms (median of ${rounds}) and ${mostScript / 1000} kB`,
    );
    if (!isGood) process.exitCode = 1;
  } finally {
    await browser.close();
    await server.stop();
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
