// Compact JWS (RFC 7515) with EdDSA (RFC 8037), and of both only what we sign ourselves.
import * as z from 'zod';
import { fromBase64Url, toBase64Url } from './base64url.ts';
import { keyIdOf, verifySignature, type SigningKey } from './keys.ts';
import { TrustError } from './trust-error.ts';

const signatureLength = 64;

/** How a signed text must look to be accepted. */
export type JwsExpectation = {
  /** The accepted values of the header `typ`; null stands for a header without one. */
  types: readonly (string | null)[];
  /** The acceptable public keys (raw, base64url). */
  keys: readonly string[];
  /** The longest acceptable text, in characters. */
  maxLength: number;
};

const headerSchema = z.looseObject({
  alg: z.string(),
  typ: z.string().optional(),
  kid: z.string().optional(),
});

/** Signs a value: header `{ alg: "EdDSA", kid, typ }`, the value's JSON as payload. */
export function signJws(key: SigningKey, type: string, payload: unknown): string {
  const header = toBase64Url(Buffer.from(JSON.stringify({ alg: 'EdDSA', kid: key.keyId, typ: type })));
  const signed = `${header}.${toBase64Url(Buffer.from(JSON.stringify(payload)))}`;
  return `${signed}.${toBase64Url(key.sign(Buffer.from(signed)))}`;
}

/**
 * Verifies a signed text and gives its payload, parsed but otherwise unchecked. The only algorithm is EdDSA with
 * Ed25519; a header that names critical extensions (`crit`) or an unencoded payload (`b64`) is refused; keys come
 * from the caller alone, never from the header (`jwk`, `x5c` and the like mean nothing here).
 * @throws TrustError `token.too-large`, `token.malformed`, `token.wrong-algorithm`, `token.wrong-type`,
 *   `token.unknown-key` (signed by none of the given keys, and by its own account by another), `token.bad-signature`
 */
export function verifyJws(text: string, expected: JwsExpectation): unknown {
  const { header, payload, signed, signature } = parse(text, expected.maxLength);
  if (!expected.types.includes(header.typ ?? null)) {
    throw new TrustError('token.wrong-type', `The signed text is of the type ${header.typ ?? '(none)'}.`);
  }
  // The signature alone decides; the key id, which others may form in their own way, only explains a refusal.
  if (!expected.keys.some((key) => verifySignature(key, signed, signature))) {
    const isKnown = header.kid === undefined || expected.keys.some((key) => keyIdOf(key) === header.kid);
    throw isKnown
      ? new TrustError('token.bad-signature', 'The signature does not fit the text.')
      : new TrustError('token.unknown-key', 'The text is signed by a key that is not trusted here.');
  }
  return payload;
}

/**
 * The payload of a signed text without any verification: only to find out whom to ask for the key, or what it says of itself.
 * @throws TrustError `token.too-large`, `token.malformed`, `token.wrong-algorithm`
 */
export function readUnverifiedJws(text: string, maxLength: number): unknown {
  return parse(text, maxLength).payload;
}

function parse(text: string, maxLength: number) {
  if (text.length > maxLength) {
    throw new TrustError('token.too-large', `A signed text of this kind has at most ${maxLength} characters.`);
  }
  const [headerPart, payloadPart, signaturePart, ...rest] = text.split('.');
  if (headerPart === undefined || payloadPart === undefined || signaturePart === undefined || rest.length > 0) {
    throw new TrustError('token.malformed', 'A signed text has three parts.');
  }
  const header = headerSchema.safeParse(parseJson(headerPart));
  if (!header.success) throw new TrustError('token.malformed', 'The header of the signed text cannot be read.');
  if (header.data.alg !== 'EdDSA') {
    throw new TrustError('token.wrong-algorithm', `The algorithm is ${header.data.alg}; only EdDSA is accepted.`);
  }
  if ('crit' in header.data || 'b64' in header.data) {
    throw new TrustError('token.malformed', 'The header asks for extensions that are not known here.');
  }
  const signature = fromBase64Url(signaturePart);
  if (signature?.length !== signatureLength) {
    throw new TrustError('token.malformed', `The signature is not ${signatureLength} bytes in base64url.`);
  }
  return {
    header: header.data,
    payload: parseJson(payloadPart),
    signed: Buffer.from(`${headerPart}.${payloadPart}`),
    signature,
  };
}

function parseJson(part: string): unknown {
  const bytes = fromBase64Url(part);
  if (bytes === null) throw new TrustError('token.malformed', 'A part of the signed text is not base64url.');
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes));
  } catch (cause) {
    throw new TrustError('token.malformed', 'A part of the signed text is not JSON in UTF-8.', { cause });
  }
}
