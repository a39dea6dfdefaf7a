// The installation key: one line that tells a workstation where its server is and what to trust there.
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { TrustError } from './trust-error.ts';

/** What an installation key says. */
export type InstallationKey = {
  /** The server's address, `https://…` or `http://…`, without a slash at its end. */
  url: string;
  /** What lets the workstation in; the server keeps only its hash. */
  secret: string;
  /** SHA-256 of the catalogue's `1.root.json` as served: 64 lower-case hexadecimal digits. */
  rootFingerprint: string;
  /** The server's certificate, or its issuer's, where no authority that the machine knows has signed it: PEM. */
  certificate?: string;
};

const prefix = 'usher-key-1.';
const checksumLength = 8;
const longest = 8192;

const bodySchema = z.strictObject({
  u: z.string(),
  s: z.string().min(1).max(512),
  r: z.string().length(43),
  c: z.string().optional(),
});

/**
 * Writes an installation key as one line: `usher-key-1.` (the version), a body in base64url (JSON with `u` url, `s`
 * secret, `r` root fingerprint, `c` certificate in DER), a dot, and 8 characters of checksum: the beginning of the
 * SHA-256 of everything before that dot, in base64url. The checksum finds mistakes; it is no protection: whoever hands
 * out installation keys is trusted.
 * @throws TrustError `installation-key.malformed` where a value can't stand in a key
 */
export function formatInstallationKey(key: InstallationKey): string {
  if (!/^[0-9a-f]{64}$/.test(key.rootFingerprint)) {
    throw new TrustError('installation-key.malformed', 'A root fingerprint is 64 lower-case hexadecimal digits.');
  }
  const body = {
    u: checkedUrl(key.url),
    s: key.secret,
    r: toBase64Url(Buffer.from(key.rootFingerprint, 'hex')),
    ...(key.certificate === undefined ? {} : { c: toBase64Url(derOf(key.certificate)) }),
  };
  if (!bodySchema.safeParse(body).success) {
    throw new TrustError('installation-key.malformed', 'The secret of an installation key has 1 to 512 characters.');
  }
  const text = prefix + toBase64Url(Buffer.from(JSON.stringify(body)));
  const whole = `${text}.${checksumOf(text)}`;
  if (whole.length > longest) {
    throw new TrustError('installation-key.malformed', 'The certificate is too large for an installation key.');
  }
  return whole;
}

/**
 * Reads an installation key. White space anywhere in it (a line that a mail program broke) is ignored.
 * @throws TrustError `installation-key.not-a-key`, `installation-key.newer` (made by a later version of Usher),
 *   `installation-key.cut` (its end is missing), `installation-key.mistyped` (a character is wrong, missing or added),
 *   `installation-key.malformed` (whole, but it says what can't be)
 */
export function parseInstallationKey(input: string): InstallationKey {
  if (input.length > 2 * longest) {
    throw new TrustError('installation-key.not-a-key', 'This is much longer than an installation key.');
  }
  const text = input.replace(/\s+/g, '');
  if (!text.startsWith(prefix)) throw notThisVersion(text);
  const end = text.indexOf('.', prefix.length);
  if (end === -1 || text.length < end + 1 + checksumLength) {
    throw new TrustError('installation-key.cut', 'The end of the installation key is missing. Copy the whole line.');
  }
  if (text.slice(end + 1) !== checksumOf(text.slice(0, end))) {
    throw new TrustError(
      'installation-key.mistyped',
      'A character of the installation key is wrong, missing or too many. Copy the whole line again.',
    );
  }
  return read(text.slice(prefix.length, end));
}

function notThisVersion(text: string): TrustError {
  const version = /^usher-key-(\d+)\./.exec(text);
  if (version) {
    return new TrustError(
      'installation-key.newer',
      `This installation key is of version ${version[1] ?? ''}; this program reads version 1. Update it first.`,
    );
  }
  if (text !== '' && prefix.startsWith(text)) {
    return new TrustError('installation-key.cut', 'The end of the installation key is missing. Copy the whole line.');
  }
  return new TrustError('installation-key.not-a-key', `An installation key begins with "${prefix}"; this does not.`);
}

function read(body: string): InstallationKey {
  const bytes = fromBase64Url(body);
  let json: unknown;
  try {
    json = bytes === null ? null : JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    throw malformed(cause);
  }
  const parsed = bodySchema.safeParse(json);
  if (!parsed.success) throw malformed(parsed.error);
  const { u, s, r, c } = parsed.data;
  const fingerprint = fromBase64Url(r);
  const certificate = c === undefined ? undefined : fromBase64Url(c);
  if (fingerprint === null || certificate === null) throw malformed();
  return {
    url: checkedUrl(u),
    secret: s,
    rootFingerprint: fingerprint.toString('hex'),
    ...(certificate === undefined ? {} : { certificate: pemOf(certificate) }),
  };
}

function malformed(cause?: unknown): TrustError {
  return new TrustError('installation-key.malformed', 'The installation key is whole, but what it says cannot be.', {
    cause,
  });
}

function checkedUrl(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null;
  const isPlain = url !== null && /^https?:$/.test(url.protocol) && (url.username || url.password) === '';
  if (!isPlain || url.search !== '' || url.hash !== '') {
    throw new TrustError(
      'installation-key.malformed',
      'The address in an installation key is http or https, without a user name, a query or a fragment.',
    );
  }
  return url.href.replace(/\/+$/, '');
}

function checksumOf(text: string): string {
  return toBase64Url(createHash('sha256').update(text).digest()).slice(0, checksumLength);
}

function derOf(pem: string): Buffer {
  const match = /^\s*-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----\s*$/.exec(pem);
  if (!match) throw new TrustError('installation-key.malformed', 'The certificate is not one certificate in PEM.');
  return Buffer.from(match[1] ?? '', 'base64');
}

function pemOf(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return ['-----BEGIN CERTIFICATE-----', ...lines, '-----END CERTIFICATE-----', ''].join('\n');
}
