// Private keys at rest: encrypted under a passphrase, in an envelope that says how.
import { createCipheriv, createDecipheriv, scrypt } from 'node:crypto';
import * as z from 'zod';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { canonicalJson } from './canonical-json.ts';
import { importSigningKey, type RandomBytes, type SigningKey } from './keys.ts';
import { TrustError } from './trust-error.ts';

/** What deriving a key from a passphrase costs, as scrypt's parameters (RFC 7914): n is a power of two, memory is 128 * n * r bytes. */
export type KeyCost = { n: number; r: number; p: number };

/** 32 MiB and some 60 ms a key. The envelope carries it, so that it can rise later. */
const usualCost: KeyCost = { n: 2 ** 15, r: 8, p: 1 };
/** The most memory that an envelope may ask for: 128 * n * r bytes. */
const mostMemory = 256 * 1024 * 1024;

const envelopeSchema = z.strictObject({
  usherSealedKey: z.literal(1),
  label: z.string(),
  publicKey: z.string(),
  kdf: z.strictObject({
    name: z.literal('scrypt'),
    n: z.int().min(2),
    r: z.int().min(1).max(64),
    p: z.int().min(1).max(16),
    salt: z.string(),
  }),
  cipher: z.strictObject({ name: z.literal('aes-256-gcm'), nonce: z.string() }),
  data: z.string(),
});

type Envelope = z.infer<typeof envelopeSchema>;

/**
 * Encrypts a private key under a passphrase: scrypt, then AES-256-GCM. The result is one line of JSON; what it says in
 * the clear (label, public key, parameters) is authenticated with it.
 * @param options.label what the key is for ("director", "targets", …); the same must be given to open it
 * @param options.cost cheaper in tests
 */
export async function sealKey(
  key: SigningKey,
  options: { passphrase: string; label: string; random: RandomBytes; cost?: KeyCost | undefined },
): Promise<string> {
  const { cost = usualCost } = options;
  const salt = options.random(16);
  const nonce = options.random(12);
  const clear: Omit<Envelope, 'data'> = {
    usherSealedKey: 1,
    label: options.label,
    publicKey: key.publicKey,
    kdf: { name: 'scrypt', ...cost, salt: toBase64Url(salt) },
    cipher: { name: 'aes-256-gcm', nonce: toBase64Url(nonce) },
  };
  const cipher = createCipheriv('aes-256-gcm', await derive(options.passphrase, salt, cost), nonce);
  cipher.setAAD(Buffer.from(canonicalJson(clear)));
  const data = Buffer.concat([cipher.update(key.exportSecret(), 'utf8'), cipher.final(), cipher.getAuthTag()]);
  return canonicalJson({ ...clear, data: toBase64Url(data) });
}

/**
 * Opens what {@link sealKey} wrote.
 * @throws TrustError `key.malformed`, `key.wrong-label`, `key.wrong-passphrase` (also where the text was altered: the
 *   two can't be told apart)
 */
export async function openKey(text: string, options: { passphrase: string; label: string }): Promise<SigningKey> {
  const { data, ...clear } = parseEnvelope(text);
  if (clear.label !== options.label) {
    throw new TrustError('key.wrong-label', `This key is sealed as "${clear.label}", not as "${options.label}".`);
  }
  const salt = bytesOf(clear.kdf.salt);
  const nonce = bytesOf(clear.cipher.nonce, 12);
  const sealed = bytesOf(data);
  if (sealed.length <= 16) throw new TrustError('key.malformed', 'The sealed key is cut off.');
  const decipher = createDecipheriv('aes-256-gcm', await derive(options.passphrase, salt, clear.kdf), nonce, {
    authTagLength: 16,
  });
  decipher.setAAD(Buffer.from(canonicalJson(clear)));
  decipher.setAuthTag(sealed.subarray(-16));
  const secret = decipher.update(sealed.subarray(0, -16));
  try {
    decipher.final();
  } catch (cause) {
    throw new TrustError('key.wrong-passphrase', 'The passphrase does not open this key, or its file was altered.', {
      cause,
    });
  }
  return importSigningKey(secret.toString('utf8'));
}

/**
 * What a sealed key says of itself without the passphrase. Not authenticated: for display only.
 * @throws TrustError `key.malformed`
 */
export function describeSealedKey(text: string): { label: string; publicKey: string } {
  const { label, publicKey } = parseEnvelope(text);
  return { label, publicKey };
}

function parseEnvelope(text: string): Envelope {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new TrustError('key.malformed', 'A sealed key is one line of JSON; this is not.', { cause });
  }
  const parsed = envelopeSchema.safeParse(json);
  if (!parsed.success) {
    throw new TrustError('key.malformed', 'This is not a sealed key of a kind known here.', { cause: parsed.error });
  }
  const { n, r } = parsed.data.kdf;
  if ((n & (n - 1)) !== 0 || 128 * n * r > mostMemory) {
    throw new TrustError('key.malformed', 'The sealed key asks for parameters of scrypt that are not acceptable.');
  }
  return parsed.data;
}

function bytesOf(text: string, length?: number): Buffer {
  const bytes = fromBase64Url(text);
  if (bytes === null || (length !== undefined && bytes.length !== length)) {
    throw new TrustError('key.malformed', 'The sealed key holds bytes that are not in base64url.');
  }
  return bytes;
}

function derive(passphrase: string, salt: Uint8Array, { n, r, p }: KeyCost): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(passphrase.normalize('NFC'), salt, 32, { N: n, r, p, maxmem: 2 * mostMemory }, (error, key) => {
      if (error) reject(error);
      else resolve(key);
    });
  });
}
