// The pass for a machine that is offline: a short signed text that a person can carry there and type in.
import type { Pass } from '@usher/core';
import { createHash } from 'node:crypto';
import { fromBase32, toBase32 } from './base32.ts';
import { canonicalJson } from './canonical-json.ts';
import { verifySignature, type SigningKey } from './keys.ts';
import { TrustError } from './trust-error.ts';

/** Which workstation and product a pass is for. The code does not spell them out; its signature covers them. */
export type PassScope = { workstationId: string; productId: string };

/** The longest that a pass may hold, in milliseconds: 72 hours. */
const longestPass = 72 * 60 * 60 * 1000;
/** The most of the reason that the code carries, in bytes of UTF-8; the server keeps the whole. */
const longestReason = 80;
const formatVersion = 1;
const signatureLength = 64;
const checksumLength = 2;
const groupLength = 5;

/**
 * Writes a pass as text: version (1 byte), `until` in seconds since 1970 (4), the reason's beginning in UTF-8, the
 * director's Ed25519 signature (64), and two bytes of SHA-256 over all that, so that a slip of the pen is told from a
 * pass that is not valid here; in Crockford's base 32, in groups of five. A pass without a reason has 114 letters and
 * digits. A compact JWS of the same would have 400.
 *
 * A fraction of a second in `until` is dropped. The signature is over the canonical JSON of `{ usherPass: 1, workstationId, productId, until (seconds), reason }`.
 * @throws TrustError `pass.too-long` (more than 72 hours after `now`), `pass.malformed` (an `until` that is no time)
 */
export function signPass(pass: Pass & PassScope & { now: Date }, key: SigningKey): string {
  const until = Math.floor(Date.parse(pass.until) / 1000);
  if (!(until >= 0 && until < 2 ** 32)) throw new TrustError('pass.malformed', 'The end of the pass is no time.');
  if (until * 1000 - pass.now.getTime() > longestPass) {
    throw new TrustError('pass.too-long', 'A pass holds for 72 hours at most.');
  }
  const reason = shorten(pass.reason);
  const head = Buffer.alloc(5);
  head.writeUInt8(formatVersion, 0);
  head.writeUInt32BE(until, 1);
  const signature = key.sign(signedBytes(pass, until, reason));
  const body = Buffer.concat([head, Buffer.from(reason), signature]);
  const text = toBase32(Buffer.concat([body, checksumOf(body)]));
  return (text.match(new RegExp(`.{1,${groupLength}}`, 'g')) ?? []).join('-');
}

/**
 * Reads and verifies a pass. Capitals, spaces and hyphens do not matter; O is read as 0, I and L as 1.
 * @param expected.keys the director's public keys (raw, base64url)
 * @param expected.now trusted time (see the rules on time)
 * @throws TrustError `pass.malformed` (not a pass), `pass.mistyped` (something in it is wrong or missing),
 *   `pass.not-for-here` (for another workstation or product, or signed by another server), `pass.expired`
 */
export function verifyPass(code: string, expected: PassScope & { keys: readonly string[]; now: Date }): Pass {
  const bytes = code.length > 1000 ? null : fromBase32(code.replace(/[\s-]+/g, ''));
  if (bytes === null) {
    throw new TrustError('pass.malformed', 'A pass consists of letters and digits in groups; this does not.');
  }
  const body = bytes.subarray(0, -checksumLength);
  if (body.length < 5 + signatureLength || !checksumOf(body).equals(bytes.subarray(-checksumLength))) {
    throw new TrustError('pass.mistyped', 'A character of the pass is wrong, missing or too many.');
  }
  if (body.readUInt8(0) !== formatVersion) {
    throw new TrustError('pass.malformed', 'This pass is of a kind that is not known here. Update Usher first.');
  }
  const until = body.readUInt32BE(1);
  const reason = body.subarray(5, -signatureLength).toString('utf8');
  const signature = body.subarray(-signatureLength);
  const signed = signedBytes(expected, until, reason);
  if (!expected.keys.some((key) => verifySignature(key, signed, signature))) {
    throw new TrustError(
      'pass.not-for-here',
      'The pass is not for this workstation and product, or not from its server.',
    );
  }
  if (!(until * 1000 > expected.now.getTime())) throw new TrustError('pass.expired', 'The pass is over.');
  return { until: new Date(until * 1000).toISOString(), reason };
}

function signedBytes({ workstationId, productId }: PassScope, until: number, reason: string): Buffer {
  return Buffer.from(canonicalJson({ usherPass: formatVersion, workstationId, productId, until, reason }));
}

function checksumOf(body: Uint8Array): Buffer {
  return createHash('sha256').update(body).digest().subarray(0, checksumLength);
}

/** The beginning of a text, cut between characters, so long as its UTF-8 fits. */
function shorten(reason: string): string {
  let shortened = '';
  for (const character of reason.toWellFormed()) {
    if (Buffer.byteLength(shortened + character) > longestReason) break;
    shortened += character;
  }
  return shortened;
}
