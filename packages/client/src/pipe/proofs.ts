// How both ends of the pipe show who they are: the caller that it is local, the engine that it is the engine.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { verifySignature, type SigningKey } from '@usher/trust';

/** What a request stands on: the connection's challenge, the caller's nonce, and the request as sent. */
export interface CallParts {
  readonly challenge: string;
  readonly nonce: string;
  readonly request: string;
}

/** What an answer stands on. */
export interface AnswerParts {
  readonly challenge: string;
  readonly nonce: string;
  /** 0, 1, 2, … within one request. */
  readonly seq: number;
  readonly body: string;
}

/** HMAC-SHA-256 under the secret that local users can read, base64url. The secret itself never crosses the pipe. */
export function proofOf({ challenge, nonce, request }: CallParts, secret: Uint8Array): string {
  return createHmac('sha256', secret).update(`usher-pipe-1\n${challenge}\n${nonce}\n${request}`).digest('base64url');
}

/** Does the proof fit? Takes the same time whatever is wrong with it. */
export function isProven(parts: CallParts, proof: string, secret: Uint8Array): boolean {
  const [expected, given] = [Buffer.from(proofOf(parts, secret)), Buffer.from(proof)];
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** The engine's signature on an answer (Ed25519), base64url. */
export function signAnswer(parts: AnswerParts, key: SigningKey): string {
  return key.sign(signedBytes(parts)).toString('base64url');
}

/** Was this answer signed by the engine with that public key, for this request? */
export function isFromEngine(parts: AnswerParts, signature: string, publicKey: string): boolean {
  const bytes = Buffer.from(signature, 'base64url');
  return bytes.length === 64 && verifySignature(publicKey, signedBytes(parts), bytes);
}

function signedBytes({ challenge, nonce, seq, body }: AnswerParts): Buffer {
  return Buffer.from(`usher-engine-1\n${challenge}\n${nonce}\n${seq}\n${body}`);
}
