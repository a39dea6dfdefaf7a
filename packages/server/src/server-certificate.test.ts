// Over TLS: what is served, what workstations are told to trust, and that it is enough.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { testPassword, ownerEmail, testServer, type TestServer } from '@usher/testkit';
import { parseInstallationKey } from '@usher/trust';
import { certificateToTrust } from './server-certificate.ts';

const folder = mkdtempSync(join(tmpdir(), 'usher-tls-'));
const at = (name: string) => join(folder, name);
const pem = (name: string) => readFileSync(at(name), 'utf8');

const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '30'];
const names = ['-addext', 'subjectAltName=DNS:localhost,DNS:usher.example,IP:127.0.0.1'];

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' });
}

let server: TestServer | undefined;

beforeAll(() => {
  openssl(
    'req',
    '-x509',
    ...curve,
    '-keyout',
    'authority.key',
    '-out',
    'authority.pem',
    '-subj',
    '/CN=Example Authority',
  );
  const issuer = ['-CA', 'authority.pem', '-CAkey', 'authority.key'];
  openssl(
    'req',
    '-x509',
    ...curve,
    ...names,
    ...issuer,
    '-keyout',
    'server.key',
    '-out',
    'leaf.pem',
    '-subj',
    '/CN=usher',
  );
  openssl('req', '-x509', ...curve, ...names, '-keyout', 'own.key', '-out', 'own.pem', '-subj', '/CN=usher');
  writeFileSync(at('chain.pem'), pem('leaf.pem') + pem('authority.pem'));
});

afterAll(() => rm(folder, { recursive: true }));

/** Status and headers of an answer; rejects where the certificate is not trusted. */
function ask(url: string, options: https.RequestOptions, body?: string) {
  return new Promise<{ status: number; headers: Readonly<Record<string, unknown>> }>((resolve, reject) => {
    const outgoing = https.request(url, { agent: false, ...options }, (answer) => {
      answer.resume();
      answer.once('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers }));
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

describe.each([
  ['signed by an authority of one’s own', 'chain.pem', 'server.key', 'authority.pem'],
  ['without its issuer', 'leaf.pem', 'server.key', 'leaf.pem'],
  ['signed by itself', 'own.pem', 'own.key', 'own.pem'],
])('a server with a certificate %s', (_what, cert, key, trusted) => {
  beforeAll(async () => {
    server = await testServer({ listen: true, environment: { USHER_TLS_CERT: at(cert), USHER_TLS_KEY: at(key) } });
  });
  afterAll(() => server?.close());

  test('names in its installation keys what to trust, and that is enough', async () => {
    const { url, owner } = server!;
    const made = await owner.post<{ key: string }>('/installation-keys', { label: 'k' }, 201);
    const { url: address, certificate } = parseInstallationKey(made.key);
    expect([address, certificate?.trim()]).toEqual([url, pem(trusted).trim()]);
    const trust = { ca: certificate, allowPartialTrustChain: true };
    expect(await ask(`${url}/healthz`, trust)).toMatchObject({
      status: 200,
      headers: { 'strict-transport-security': 'max-age=31536000' },
    });
    await expect(ask(`${url}/healthz`, {})).rejects.toThrow(/certificate/);
  });

  test('keeps its sessions off the clear', async () => {
    const { url } = server!;
    const body = JSON.stringify({ email: ownerEmail, password: testPassword });
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(`${url}/api/v1/session`, { method: 'POST', rejectUnauthorized: false, headers }, body);
    expect(answer.status).toBe(201);
    expect(String(answer.headers['set-cookie'])).toMatch(/^usher_session=[^;]+;.*HttpOnly; Secure; SameSite=Strict/);
    await expect(fetch(url.replace('https:', 'http:'))).rejects.toThrow('fetch failed');
  });
});

describe('nothing needs to be told', () => {
  test('of a certificate that a public authority signed, or whose chain ends in one', () => {
    const roots = [pem('own.pem'), pem('authority.pem')];
    for (const chain of ['chain.pem', 'leaf.pem', 'own.pem']) {
      expect(certificateToTrust(pem(chain), 'usher.example', roots)).toBeNull();
      expect(certificateToTrust(pem(chain), 'usher.example')).not.toBeNull();
    }
  });

  test('of a certificate for another host: something else answers there', () => {
    expect(certificateToTrust(pem('chain.pem'), 'console.example')).toBeNull();
    expect(certificateToTrust(pem('chain.pem'), '10.0.0.1')).toBeNull();
    expect(certificateToTrust('nothing', 'usher.example')).toBeNull();
  });
});
