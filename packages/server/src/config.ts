// The configuration: the only place that reads the environment, once, into values that cannot be wrong after that.
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { isIP } from 'node:net';
import { basename, dirname, join, resolve } from 'node:path';
import { logLevels, type LogLevel } from './log.ts';

/** Where the database is: one file in the data folder, or a PostgreSQL server. */
export type DatabaseConfig =
  { readonly kind: 'sqlite'; readonly file: string } | { readonly kind: 'postgres'; readonly url: string };

/** Where the passphrase that encrypts the signing keys comes from. */
export type PassphraseConfig =
  { readonly kind: 'given'; readonly text: string } | { readonly kind: 'file'; readonly path: string };

/** Everything that the environment decides. */
export interface Config {
  readonly host: string;
  /** 0 picks a free port. */
  readonly port: number;
  /** Absolute path of the data folder. */
  readonly dataFolder: string;
  readonly database: DatabaseConfig;
  /** Without a slash at its end; null means: made from host and port. */
  readonly publicUrl: string | null;
  /** Paths of PEM files; then the server speaks HTTPS. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Addresses (or networks, `10.0.0.0/8`) of proxies whose `X-Forwarded-*` are believed. */
  readonly trustedProxies: readonly string[];
  readonly firstAccount: { readonly email: string; readonly password: string } | null;
  readonly passphrase: PassphraseConfig;
  /** Bytes that one upload may have at most. */
  readonly maxUploadBytes: number;
  /** Downloads at a time for which nobody waits; 0: as many as ask. */
  readonly maxDownloads: number;
  readonly logLevel: LogLevel;
  /** Certificates (PEM) of the time-stamp authorities that are believed; undefined: whichever an installer carries. */
  readonly timeStampAuthorities: readonly string[] | undefined;
}

/** The environment says something that cannot be; `message` names every such variable, one per line. */
export class ConfigError extends Error {
  readonly code = 'config.invalid';
}

type Environment = Readonly<Record<string, string | undefined>>;

const twoGibibytes = 2 * 1024 ** 3;

/**
 * Reads the configuration.
 *
 * @param environment usually `process.env`; an empty value counts as not set
 * @param folder what relative paths are relative to
 * @throws ConfigError naming every wrong variable at once
 */
export function readConfig(environment: Environment, folder: string): Config {
  const faults: string[] = [];
  const text = (name: string): string | undefined => environment[name]?.trim() || undefined;
  const number = (name: string, fallback: number, least: number, most: number): number => {
    const given = text(name);
    if (given === undefined) return fallback;
    const value = Number(given);
    if (/^\d+$/.test(given) && value >= least && value <= most) return value;
    faults.push(`${name} must be a whole number from ${least} to ${most}, and is "${given}".`);
    return fallback;
  };

  const host = text('USHER_HOST') ?? '127.0.0.1';
  const dataFolder = resolve(folder, text('USHER_DATA') ?? 'data');
  if (isNoFolder(dataFolder)) faults.push(`USHER_DATA must name a folder; ${dataFolder} is none.`);
  const tls = readTls(text('USHER_TLS_CERT'), text('USHER_TLS_KEY'), folder, faults);
  const trustedProxies = readProxies(text('USHER_TRUSTED_PROXY'), faults);
  if (!isLoopback(host) && tls === null && trustedProxies.length === 0) {
    faults.push(
      `USHER_HOST is ${host}, which other machines can reach: set USHER_TLS_CERT and USHER_TLS_KEY, ` +
        'or USHER_TRUSTED_PROXY to the address of the proxy that ends TLS.',
    );
  }
  const config: Config = {
    host,
    port: number('USHER_PORT', 8080, 0, 65535),
    dataFolder,
    database: readDatabase(text('USHER_DATABASE_URL'), dataFolder, faults),
    publicUrl: readPublicUrl(text('USHER_PUBLIC_URL'), faults),
    tls,
    trustedProxies,
    firstAccount: readFirstAccount(text('USHER_ADMIN_EMAIL'), environment.USHER_ADMIN_PASSWORD || undefined, faults),
    passphrase: readPassphrase(environment, dataFolder, folder),
    maxUploadBytes: number('USHER_MAX_UPLOAD', twoGibibytes, 1, Number.MAX_SAFE_INTEGER),
    maxDownloads: number('USHER_MAX_DOWNLOADS', 50, 0, 100_000),
    logLevel: readLogLevel(text('USHER_LOG_LEVEL'), faults),
    timeStampAuthorities: readAuthorities(text('USHER_TIMESTAMP_AUTHORITIES'), folder, faults),
  };
  if (faults.length > 0) throw new ConfigError(faults.join('\n'));
  return config;
}

/** Whether something else stands where a folder is to be, or where one that it lies in is. */
function isNoFolder(path: string): boolean {
  try {
    const found = statSync(path, { throwIfNoEntry: false });
    const above = dirname(path);
    return found === undefined ? above !== path && isNoFolder(above) : !found.isDirectory();
  } catch {
    // What may not be looked at is refused where it is opened, with the reason.
    return false;
  }
}

/** Whether a host to listen on is reached from this machine alone. */
export function isLoopback(host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1').toLowerCase();
  if (bare === 'localhost' || bare === '::1') return true;
  return isIP(bare) === 4 && bare.startsWith('127.');
}

function readTls(cert: string | undefined, key: string | undefined, folder: string, faults: string[]): Config['tls'] {
  if (cert === undefined && key === undefined) return null;
  if (cert === undefined || key === undefined) {
    faults.push('USHER_TLS_CERT and USHER_TLS_KEY belong together: set both, or neither.');
    return null;
  }
  return { certFile: resolve(folder, cert), keyFile: resolve(folder, key) };
}

function readProxies(given: string | undefined, faults: string[]): string[] {
  const proxies = (given ?? '')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  for (const proxy of proxies) {
    const [address = '', bits, ...rest] = proxy.split('/');
    const family = isIP(address);
    const widest = family === 6 ? 128 : 32;
    const isNetwork = bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= widest);
    if (isNetwork && family !== 0 && Number(bits ?? widest) === 0) {
      faults.push(`USHER_TRUSTED_PROXY would believe every address there is ("${proxy}"): name the proxy's own.`);
      continue;
    }
    if (family === 0 || rest.length > 0 || !isNetwork) {
      faults.push(`USHER_TRUSTED_PROXY must hold IP addresses or networks, separated by commas; "${proxy}" is none.`);
    }
  }
  return proxies;
}

/** A file of one certificate or several, as authorities publish theirs. */
function readAuthorities(path: string | undefined, folder: string, faults: string[]): readonly string[] | undefined {
  if (path === undefined) return undefined;
  try {
    const text = readFileSync(resolve(folder, path), 'utf8');
    const found = text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
    for (const pem of found) new X509Certificate(pem);
    if (found.length > 0) return found;
    faults.push(`USHER_TIMESTAMP_AUTHORITIES names ${path}, which holds no certificate (PEM).`);
  } catch (error) {
    faults.push(
      `USHER_TIMESTAMP_AUTHORITIES names ${path}, which cannot be read: ${error instanceof Error ? error.message : String(error)}.`,
    );
  }
  return undefined;
}

function readDatabase(url: string | undefined, dataFolder: string, faults: string[]): DatabaseConfig {
  if (url === undefined) return { kind: 'sqlite', file: join(dataFolder, 'usher.db') };
  if (!URL.canParse(url) || !['postgres:', 'postgresql:'].includes(new URL(url).protocol)) {
    // The value may hold a password: it is not repeated.
    faults.push('USHER_DATABASE_URL must be an address that begins with postgres://.');
  }
  return { kind: 'postgres', url };
}

function readPublicUrl(given: string | undefined, faults: string[]): string | null {
  if (given === undefined) return null;
  const url = URL.canParse(given) ? new URL(given) : null;
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.search !== '' || url.hash !== '') {
    faults.push(`USHER_PUBLIC_URL must be an http or https address without query, and is "${given}".`);
    return null;
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname)) {
    faults.push(
      `USHER_PUBLIC_URL is ${given}, and workstations speak HTTPS alone over a network: give its https address.`,
    );
  }
  return url.href.replace(/\/+$/, '');
}

function readFirstAccount(
  email: string | undefined,
  password: string | undefined,
  faults: string[],
): Config['firstAccount'] {
  if (email === undefined && password === undefined) return null;
  if (email === undefined || password === undefined) {
    faults.push('USHER_ADMIN_EMAIL and USHER_ADMIN_PASSWORD belong together: set both, or neither.');
    return null;
  }
  return { email, password };
}

/** The default lies beside the data folder, not in it: a copy of the folder alone opens no signing key. */
function readPassphrase(environment: Environment, dataFolder: string, folder: string): PassphraseConfig {
  const given = environment.USHER_KEY_PASSPHRASE;
  if (given !== undefined && given !== '') return { kind: 'given', text: given };
  const path = environment.USHER_KEY_PASSPHRASE_FILE?.trim();
  if (path) return { kind: 'file', path: resolve(folder, path) };
  return { kind: 'file', path: join(dirname(dataFolder), `${basename(dataFolder) || 'usher'}.passphrase`) };
}

function readLogLevel(given: string | undefined, faults: string[]): LogLevel {
  if (given === undefined) return 'info';
  const level = logLevels.find((known) => known === given.toLowerCase());
  if (level === undefined) faults.push(`USHER_LOG_LEVEL must be one of ${logLevels.join(', ')}, and is "${given}".`);
  return level ?? 'info';
}
