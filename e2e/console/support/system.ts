// A real server in a folder of its own, with its console, and an API for what a story needs beside the browser.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const root = join(import.meta.dirname, '../../..');

/** The first account, an owner. */
export const owner = { email: 'ana@example.com', password: 'correct horse battery' };

/** A running system. */
export interface System {
  /** Where the browser and the workstations go. */
  readonly url: string;
  /** The installers in the data folder, by the names under which they are kept. */
  readonly storedFiles: () => string[];
  /** All that the server has said since it started. */
  readonly output: () => string;
  /** Calls the console API as the owner. Throws on a refusal. */
  readonly api: <Answer>(method: string, path: string, body?: unknown) => Promise<Answer>;
  /** Uploads a file as the owner. */
  readonly upload: (name: string, content: Uint8Array<ArrayBuffer>) => Promise<{ id: string; product: { id: string } }>;
  /** The same address answers again when it is done. */
  readonly restartServer: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

interface Running {
  readonly child: ChildProcess;
  readonly url: URL;
  /** All that it has said so far. */
  readonly output: () => string;
}

async function startServer(data: string, port: string, account: Record<string, string>): Promise<Running> {
  const child = spawn(join(root, 'node_modules/.bin/node'), ['packages/server/src/main.ts', 'serve'], {
    cwd: root,
    env: {
      ...process.env,
      USHER_PORT: port,
      USHER_DATA: data,
      ...account,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const url = await new Promise<URL>((resolve, reject) => {
    const read = (chunk: Buffer) => {
      output += chunk.toString();
      const ready = /usher is ready at (\S+)/.exec(output)?.[1];
      if (ready !== undefined) resolve(new URL(ready));
    };
    child.stdout.on('data', read);
    child.stderr.on('data', read);
    child.on('exit', () => reject(new Error(`The server ended before it was ready:\n${output.slice(-3000)}`)));
  });
  return { child, url, output: () => output };
}

function stopServer({ child }: Running): Promise<void> {
  return new Promise((resolve) => {
    child.on('exit', () => resolve());
    child.kill('SIGTERM');
  });
}

/** Starts everything; stop it when the stories are told. `empty` makes no account and signs nobody in. */
export async function startSystem({ empty }: { readonly empty: boolean }): Promise<System> {
  const account: Record<string, string> = empty
    ? {}
    : { USHER_ADMIN_EMAIL: owner.email, USHER_ADMIN_PASSWORD: owner.password };
  const data = mkdtempSync(join(tmpdir(), 'usher-console-'));
  let server = await startServer(data, '0', account);
  const { url } = server;
  let cookie = '';

  const send = async <Answer>(
    method: string,
    path: string,
    body: RequestInit['body'],
    type?: string,
  ): Promise<Answer> => {
    const response = await fetch(`${url.origin}/api/v1${path}`, {
      method,
      headers: { cookie, ...(type !== undefined && { 'content-type': type }) },
      body: body ?? null,
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    const [set] = response.headers.getSetCookie();
    if (set !== undefined) cookie = set.split(';')[0] ?? '';
    return (text === '' ? undefined : JSON.parse(text)) as Answer;
  };
  const api = <Answer>(method: string, path: string, body?: unknown): Promise<Answer> =>
    body === undefined
      ? send<Answer>(method, path, null)
      : send<Answer>(method, path, JSON.stringify(body), 'application/json');

  if (!empty) await api('POST', '/session', owner);
  return {
    url: url.origin,
    storedFiles: () =>
      readdirSync(join(data, 'installers'), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map(({ name }) => name),
    output: () => server.output(),
    api,
    upload: (name, content) => {
      const form = new FormData();
      form.set('file', new Blob([content]), name);
      return send('POST', '/installers', form);
    },
    restartServer: async () => {
      await stopServer(server);
      server = await startServer(data, url.port, account);
    },
    stop: async () => {
      await stopServer(server);
      rmSync(data, { recursive: true, force: true });
    },
  };
}
