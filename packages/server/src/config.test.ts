// What the environment may say, and how a wrong value is named.
import { describe, expect, test } from 'vitest';
import { ConfigError, isLoopback, readConfig } from './config.ts';

const read = (environment: Record<string, string>) => readConfig(environment, '/srv/usher');

function faults(environment: Record<string, string>): string {
  try {
    read(environment);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return (error as ConfigError).message;
  }
  throw new Error('the configuration was accepted');
}

test('an empty environment gives the documented defaults', () => {
  expect(read({})).toEqual({
    host: '127.0.0.1',
    port: 8080,
    dataFolder: '/srv/usher/data',
    database: { kind: 'sqlite', file: '/srv/usher/data/usher.db' },
    publicUrl: null,
    tls: null,
    trustedProxies: [],
    firstAccount: null,
    passphrase: { kind: 'file', path: '/srv/usher/data.passphrase' },
    maxUploadBytes: 2147483648,
    maxDownloads: 50,
    logLevel: 'info',
  });
});

test('an empty value counts as not set', () => {
  expect(read({ USHER_PORT: '', USHER_DATABASE_URL: ' ', USHER_ADMIN_EMAIL: '', USHER_KEY_PASSPHRASE: '' })).toEqual(
    read({}),
  );
});

test('the passphrase file lies outside the data folder', () => {
  const { passphrase } = read({ USHER_DATA: '/var/lib/usher' });
  expect(passphrase).toEqual({ kind: 'file', path: '/var/lib/usher.passphrase' });
});

test('a password keeps the spaces at its ends', () => {
  const { firstAccount } = read({ USHER_ADMIN_EMAIL: 'a@b.example', USHER_ADMIN_PASSWORD: ' twelve chars ' });
  expect(firstAccount).toEqual({ email: 'a@b.example', password: ' twelve chars ' });
});

test('a public address loses the slash at its end', () => {
  expect(read({ USHER_PUBLIC_URL: 'https://usher.example/base/' }).publicUrl).toBe('https://usher.example/base');
});

test('a public address of this machine alone may be plain HTTP', () => {
  expect(read({ USHER_PUBLIC_URL: 'http://127.0.0.1:8080' }).publicUrl).toBe('http://127.0.0.1:8080');
  expect(read({ USHER_PUBLIC_URL: 'http://[::1]:8080' }).publicUrl).toBe('http://[::1]:8080');
});

describe('listening', () => {
  test.each(['127.0.0.1', '127.9.9.9', '::1', '[::1]', 'localhost'])('%s is this machine alone', (host) => {
    expect(isLoopback(host)).toBe(true);
  });

  test.each(['0.0.0.0', '::', '10.0.0.1', '127.example.com', 'usher.example'])('%s is not', (host) => {
    expect(isLoopback(host)).toBe(false);
    expect(faults({ USHER_HOST: host })).toContain('USHER_TLS_CERT');
  });

  test('outside the machine it needs TLS or a proxy', () => {
    expect(read({ USHER_HOST: '0.0.0.0', USHER_TLS_CERT: 'c.pem', USHER_TLS_KEY: 'k.pem' }).tls).toEqual({
      certFile: '/srv/usher/c.pem',
      keyFile: '/srv/usher/k.pem',
    });
    expect(read({ USHER_HOST: '0.0.0.0', USHER_TRUSTED_PROXY: '10.0.0.5, fd00::/8' }).trustedProxies).toEqual([
      '10.0.0.5',
      'fd00::/8',
    ]);
  });
});

test.each([
  [{ USHER_PORT: '65536' }, 'USHER_PORT'],
  [{ USHER_PORT: '80x' }, 'USHER_PORT'],
  [{ USHER_MAX_UPLOAD: '-1' }, 'USHER_MAX_UPLOAD'],
  [{ USHER_LOG_LEVEL: 'loud' }, 'USHER_LOG_LEVEL'],
  [{ USHER_DATABASE_URL: 'mysql://x' }, 'USHER_DATABASE_URL'],
  [{ USHER_PUBLIC_URL: 'usher.example' }, 'USHER_PUBLIC_URL'],
  [{ USHER_PUBLIC_URL: 'http://usher.example' }, 'give its https address'],
  [{ USHER_TLS_CERT: 'c.pem' }, 'USHER_TLS_KEY'],
  [{ USHER_TRUSTED_PROXY: 'all' }, 'USHER_TRUSTED_PROXY'],
  [{ USHER_TRUSTED_PROXY: '10.0.0.0/33' }, 'USHER_TRUSTED_PROXY'],
  [{ USHER_TRUSTED_PROXY: '0.0.0.0/0' }, 'would believe every address'],
  [{ USHER_TRUSTED_PROXY: '10.0.0.5,::/0' }, 'would believe every address'],
  [{ USHER_TIMESTAMP_AUTHORITIES: import.meta.filename }, 'holds no certificate'],
  [{ USHER_TIMESTAMP_AUTHORITIES: 'is-not-there.pem' }, 'cannot be read'],
  [{ USHER_ADMIN_EMAIL: 'a@b.example' }, 'USHER_ADMIN_PASSWORD'],
])('%j is refused by the name of the variable', (environment, name) => {
  expect(faults(environment)).toContain(name);
});

test('every wrong variable is named at once, and no secret is repeated', () => {
  const message = faults({ USHER_PORT: 'x', USHER_LOG_LEVEL: 'y', USHER_DATABASE_URL: 'mysql://user:hunter2@host' });
  expect(message.split('\n')).toHaveLength(3);
  expect(message).not.toContain('hunter2');
});
