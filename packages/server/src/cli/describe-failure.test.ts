// Whoever runs the server reads what to do about what the machine refuses.
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createSecureContext } from 'node:tls';
import { expect, test } from 'vitest';
import { describeFailure } from './describe-failure.ts';

async function failureOf(work: () => unknown): Promise<unknown> {
  try {
    await work();
  } catch (error) {
    return error;
  }
  throw new Error('That did not fail.');
}

const { privateKey } = generateKeyPairSync('ed25519');
const key = privateKey.export({ type: 'pkcs8', format: 'pem' });

test('a file that is not there is named', async () => {
  const path = join(tmpdir(), 'no-such-folder', 'cert.pem');
  const error = await failureOf(() => readFile(path));
  expect(describeFailure(error)).toBe(`${path} is not there. Is the path right?`);
});

test('an address that the machine does not have leads to USHER_HOST', async () => {
  // 192.0.2.0/24 is for documentation alone (RFC 5737): no machine has it.
  const listening = () =>
    new Promise((resolve, reject) => {
      createServer()
        .once('error', reject)
        .listen({ host: '192.0.2.1', port: 0 }, () => resolve(undefined));
    });
  expect(describeFailure(await failureOf(listening))).toMatch(/: set USHER_HOST to one that it has\.$/);
});

test.each([
  ['a certificate that is none', { cert: 'nothing', key }],
  ['a key that is none', { cert: undefined, key: 'nothing' }],
])('%s leads to the files of TLS', async (_what, files) => {
  const error = await failureOf(() => createSecureContext({ key: files.key, ...(files.cert && { cert: files.cert }) }));
  expect(describeFailure(error)).toContain('USHER_TLS_CERT must name a PEM file with the certificate');
});

test('a database for which the disk has no room says so', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'usher-test-'));
  const database = new DatabaseSync(join(folder, 'full.db'));
  try {
    database.exec('create table things (a blob); pragma max_page_count = 3');
    const error = await failureOf(() => database.exec('insert into things values (zeroblob(100000))'));
    expect(describeFailure(error)).toBe('database or disk is full. Make room on that disk, and try again.');
  } finally {
    database.close();
    rmSync(folder, { recursive: true });
  }
});
