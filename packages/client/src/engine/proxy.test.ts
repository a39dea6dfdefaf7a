// Tests of proxies and of whom the client believes, with a real proxy, real TLS servers and authorities of our own.
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';

import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { connect, type AddressInfo, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import type { Duplex } from 'node:stream';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { asClientError } from '../client-error.ts';
import { HttpClient } from './http-client.ts';
import { networkOf, type NetworkSettings } from './network.ts';
import { proxyFor } from './proxy.ts';

const run = promisify(execFile);

interface Certificates {
  /** The authority. */
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** An authority of our own, and a certificate of it for `usher.test` and `proxy.test`. */
async function makeCertificates(into: string, prefix: string): Promise<Certificates> {
  const path = (name: string) => join(into, `${prefix}-${name}`);
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'];
  const openssl = (...args: string[]) => run('openssl', args);
  await openssl('req', '-x509', ...key, '-subj', '/CN=Own CA', '-keyout', path('ca.key'), '-out', path('ca.pem'));
  await writeFile(path('names'), 'subjectAltName=DNS:usher.test,DNS:localhost,IP:127.0.0.1\n');
  const request = ['-subj', '/CN=usher.test', '-keyout', path('server.key'), '-out', path('server.csr')];
  await openssl('req', ...key.slice(0, -2), ...request);
  const authority = ['-CA', path('ca.pem'), '-CAkey', path('ca.key'), '-CAcreateserial', '-days', '2'];
  const files = ['-in', path('server.csr'), '-out', path('server.pem'), '-extfile', path('names')];
  await openssl('x509', '-req', ...authority, ...files);
  const [ca, cert, serverKey] = await Promise.all(
    ['ca.pem', 'server.pem', 'server.key'].map((name) => readFile(path(name), 'utf8')),
  );
  return { ca: ca ?? '', cert: cert ?? '', key: serverKey ?? '' };
}

let own: Certificates;
let foreign: Certificates;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-certificates-'));
  [own, foreign] = await Promise.all([makeCertificates(folder, 'own'), makeCertificates(folder, 'foreign')]);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function listening(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A TLS server that answers with the request's headers as it sees them. */
const usher = (certificates: Certificates) =>
  listening(https.createServer(certificates, (request, response) => response.end(JSON.stringify(request.headers))));

interface Proxy {
  readonly port: number;
  /** What was asked of it: target and `Proxy-Authorization`. */
  readonly asked: string[];
}

/** A proxy that connects every name to this machine, or answers with `status`. */
async function proxy({ status = 200, tls }: { status?: number; tls?: Certificates } = {}): Promise<Proxy> {
  const asked: string[] = [];
  const server = tls === undefined ? http.createServer() : https.createServer(tls);
  server.on('connect', (request: IncomingMessage, client: Duplex) => {
    asked.push([request.url, request.headers['proxy-authorization']].join(' ').trim());
    if (status !== 200) {
      client.end(`HTTP/1.1 ${status} No\r\n\r\n`);
      return;
    }
    const upstream = connect(Number(request.url?.split(':').at(-1)), '127.0.0.1', () => {
      client.write('HTTP/1.1 200 Connected\r\n\r\n');
      client.pipe(upstream).pipe(client);
    });
    upstream.on('error', () => client.destroy());
    client.on('error', () => upstream.destroy());
    client.on('close', () => upstream.destroy());
  });
  return { asked, port: await listening(server) };
}

/** The network of a machine with these variables, whose own authorities are these. */
function machine(environment: Record<string, string>, ca: string): NetworkSettings {
  return { ...networkOf('linux', environment), authorities: () => Promise.resolve([ca]) };
}

async function get(network: NetworkSettings, url: string, pinned?: string): Promise<string> {
  const client = new HttpClient(network, pinned);
  onTestFinished(() => client.close());
  try {
    const { status } = await client.request({ method: 'GET', url, timeoutMs: 3_000, maxBytes: 10_000 });
    return String(status);
  } catch (error) {
    const failure = asClientError(error);
    return failure === null ? String(error) : `${failure.code}: ${failure.message}`;
  }
}

describe('a proxy', () => {
  it('connects to the server, is told its name and password, and does not see what goes through', async () => {
    const port = await usher(own);
    const through = await proxy();
    const network = machine({ HTTPS_PROXY: `http://ana:p%40ss@127.0.0.1:${through.port}` }, own.ca);
    expect(await get(network, `https://usher.test:${port}/`)).toBe('200');
    const credentials = Buffer.from('ana:p@ss').toString('base64');
    expect(through.asked).toEqual([`usher.test:${port} Basic ${credentials}`]);
  });

  it('can be reached by TLS itself, and the server’s pinned certificate still counts for the server alone', async () => {
    const port = await usher(own);
    const through = await proxy({ tls: foreign });
    const network = machine({ https_proxy: `https://localhost:${through.port}` }, foreign.ca);
    expect(await get(network, `https://usher.test:${port}/`, own.ca)).toBe('200');
    expect(await get(network, `https://usher.test:${port}/`)).toContain('server.untrusted');
    const distrusting = machine({ https_proxy: `https://localhost:${through.port}` }, own.ca);
    expect(await get(distrusting, `https://usher.test:${port}/`)).toContain('proxy.failed');
  });

  it.each([
    [407, 'proxy.failed: The proxy 127.0.0.1:PORT does not connect to the server (it wants another name and password)'],
    [502, 'proxy.failed: The proxy 127.0.0.1:PORT does not connect to the server (it answered 502)'],
  ])('that answers %i is named as the cause', async (status, said) => {
    const through = await proxy({ status });
    const network = machine({ HTTPS_PROXY: `127.0.0.1:${through.port}` }, own.ca);
    const found = await get(network, 'https://usher.test/');
    expect(found).toContain(said.replace('PORT', String(through.port)));
  });

  it('that is not there, or is none, is named as the cause', async () => {
    const gone = await listening(http.createServer((_request, response) => response.end('hello')));
    expect(await get(machine({ HTTPS_PROXY: 'http://127.0.0.1:1' }, own.ca), 'https://usher.test/')).toMatch(
      /^proxy\.failed: The proxy 127\.0\.0\.1:1 cannot be reached \(ECONNREFUSED\)/,
    );
    expect(await get(machine({ HTTPS_PROXY: `http://127.0.0.1:${gone}` }, own.ca), 'https://usher.test/')).toMatch(
      /^proxy\.failed/,
    );
    expect(await get(machine({ HTTPS_PROXY: 'socks5://u:secret@x' }, own.ca), 'https://usher.test/')).toMatch(
      /^proxy\.failed: (?!.*secret)/,
    );
  });

  it('that says nothing is not waited for longer than the server would be', async () => {
    const port = await listening(http.createServer().on('connect', () => undefined));
    const client = new HttpClient(machine({ HTTPS_PROXY: `http://127.0.0.1:${port}` }, own.ca));
    onTestFinished(() => client.close());
    const asked = { method: 'GET', url: 'https://usher.test/', timeoutMs: 80 } as const;
    await expect(client.request({ ...asked, maxBytes: 10 })).rejects.toMatchObject({ code: 'server.timed-out' });
    await expect(client.open(asked)).rejects.toMatchObject({ code: 'proxy.failed' });
  });
});

describe('which proxy', () => {
  const through = (address: string, environment: Record<string, string>) => {
    const found = proxyFor(new URL(address), environment);
    return found === null ? 'none' : `${found.host}:${found.port}`;
  };

  it('is read as other programs do: small letters first, one for each scheme', () => {
    expect(through('https://a.test/', { HTTPS_PROXY: 'http://p:3128' })).toBe('p:3128');
    expect(through('https://a.test/', { HTTPS_PROXY: 'http://p:1', https_proxy: 'q:2' })).toBe('q:2');
    expect(through('https://a.test/', { HTTPS_PROXY: 'http://p:1', https_proxy: '' })).toBe('none');
    expect(through('https://a.test/', { HTTP_PROXY: 'http://p' })).toBe('none');
    expect(through('http://a.test/', { HTTP_PROXY: 'http://p' })).toBe('p:80');
    expect(through('https://a.test/', { HTTPS_PROXY: 'https://[::1]' })).toBe('::1:443');
  });

  it.each(['http://127.0.0.1:8080/', 'http://localhost/', 'https://localhost:8443/', 'https://[::1]/'])(
    'is none for %s, which is this machine',
    (address) => {
      expect(through(address, { HTTP_PROXY: 'p:1', HTTPS_PROXY: 'p:1' })).toBe('none');
    },
  );

  it.each([
    ['usher.corp.test', 'https://usher.corp.test/', true],
    ['corp.test', 'https://usher.corp.test/', true],
    ['.corp.test', 'https://usher.corp.test/', true],
    ['*.corp.test', 'https://usher.corp.test/', true],
    ['CORP.TEST.', 'https://usher.corp.test./', true],
    ['orp.test', 'https://usher.corp.test/', false],
    ['usher.corp.test:443', 'https://usher.corp.test/', true],
    ['usher.corp.test:8443', 'https://usher.corp.test/', false],
    ['a.test, b.test corp.test', 'https://usher.corp.test/', true],
    ['*', 'https://usher.corp.test/', true],
    [',, ,', 'https://usher.corp.test/', false],
    ['10.1.2.3', 'https://10.1.2.3/', true],
    ['10.0.0.0/8', 'https://10.1.2.3:8443/', true],
    ['10.0.0.0/8', 'https://11.1.2.3/', false],
    ['10.0.0.0/99', 'https://10.1.2.3/', false],
    ['.2.3', 'https://10.1.2.3/', false],
    ['fd00::/8', 'https://[fd00::7]/', true],
    ['[fd00::7]:443', 'https://[fd00::7]/', true],
    ['fd00::7', 'https://[fd00::7]/', true],
    ['fd00::8', 'https://[fd00::7]/', false],
  ])('NO_PROXY=%s excepts %s: %s', (list, address, isExcepted) => {
    expect(through(address, { HTTPS_PROXY: 'p:1', NO_PROXY: list })).toBe(isExcepted ? 'none' : 'p:1');
  });
});

describe('a server’s certificate', () => {
  it('is believed where an authority of the machine made it', async () => {
    const port = await usher(own);
    expect(await get(machine({}, own.ca), `https://127.0.0.1:${port}/`)).toBe('200');
  });

  it('of another authority is refused, and so is one for another name', async () => {
    const port = await usher(foreign);
    const network = machine({ NODE_TLS_REJECT_UNAUTHORIZED: '0' }, own.ca);
    expect(await get(network, `https://127.0.0.1:${port}/`)).toMatch(
      /^server\.untrusted: .* no authority that this machine trusts vouches for it \(\w+\)\. Ask your administrator\.$/,
    );
    expect(await get(machine({}, foreign.ca), `https://[::ffff:127.0.0.1]:${port}/`)).toMatch(/^server\.untrusted/);
  });

  it('that the key pins is the only one that is believed, whatever the machine trusts', async () => {
    const port = await usher(own);
    const other = await usher(foreign);
    const network = machine({}, foreign.ca);
    expect(await get(network, `https://127.0.0.1:${port}/`, own.cert)).toBe('200');
    expect(await get(network, `https://127.0.0.1:${other}/`, own.cert)).toMatch(
      /^server\.untrusted: .* it is not the one that the installation key names/,
    );
  });

  it('cannot be vouched for by the environment: it names authorities in vain', async () => {
    const file = join(folder, 'own-ca.pem');
    const port = await usher(own);
    const program = `
      import { HttpClient } from ${JSON.stringify(new URL('http-client.ts', import.meta.url).href)};
      import { networkOf } from ${JSON.stringify(new URL('network.ts', import.meta.url).href)};
      const client = new HttpClient(networkOf('linux', process.env));
      await client.request({ method: 'GET', url: 'https://127.0.0.1:${port}/', timeoutMs: 3000, maxBytes: 9999 })
        .then(() => console.log('believed'), (error) => console.log(error.code));
      client.close();`;
    const environment = {
      ...process.env,
      ...{ NODE_EXTRA_CA_CERTS: file, SSL_CERT_FILE: file, SSL_CERT_DIR: folder, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
    };
    const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], { env: environment });
    expect(stdout.trim()).toBe('server.untrusted');
  });

  it('is believed where the authority stands among the hundred of this machine', async () => {
    const all = await networkOf(process.platform, {}).authorities();
    expect(all.length).toBeGreaterThan(100);
    expect(all.every((text) => text.includes('-----BEGIN CERTIFICATE-----'))).toBe(true);
  });
});
