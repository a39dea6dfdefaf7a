// An RFC 3161 time stamp on a signature: proves that the signature was there at a certain time.
import { createHash, type X509Certificate } from 'node:crypto';
import { fromBER } from 'asn1js';
import { TSTInfo } from 'pkijs';
import { digestWithOid } from './algorithms.ts';
import { buildChain, PURPOSE } from './certificate-chain.ts';
import type { Certificate } from './certificate.ts';
import { childOf, oidOf, readDer, TAG, type DerNode } from './der.ts';
import { tampered } from './installer-error.ts';
import { openSignedData, single, type SignedData } from './signed-data.ts';

const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const SIGNING_CERTIFICATE = '1.2.840.113549.1.9.16.2.12';
const SIGNING_CERTIFICATE_V2 = '1.2.840.113549.1.9.16.2.47';
const WHOSE = 'The time stamp';
/** A time-stamp authority's clock and ours may differ by this many milliseconds. */
const CLOCK_TOLERANCE = 5 * 60 * 1000;

export interface TimeStamp {
  readonly at: Date;
  readonly authority: Certificate;
  /** The authority's certificate and those of its issuers that the token carries. */
  readonly chain: readonly Certificate[];
}

/**
 * Verifies a time-stamp token (RFC 3161, 2.4.2) on a signature: it is about these very bytes, its own signature is
 * good, and the authority's certificate was valid then, and is for time stamps alone. `certificates` are further ones
 * that the authority's chain may need. Throws `installer.tampered` or `installer.weak-signature`.
 */
export function verifyTimeStamp(
  token: DerNode,
  signature: Uint8Array,
  options: { now: Date; certificates: readonly Certificate[] },
): TimeStamp {
  const signedData = openSignedData(token, TST_INFO, WHOSE, options.certificates);
  if (signedData.content.tag !== TAG.octetString) throw tampered(`${WHOSE} has no content`);
  const info = readDer(signedData.content.contents);
  const { messageImprint, genTime, version } = new TSTInfo({ schema: fromBER(Buffer.from(info.raw)).result });
  if (version !== 1) throw tampered(`${WHOSE} is of version ${version}`);

  const digest = digestWithOid(messageImprint.hashAlgorithm.algorithmId, WHOSE);
  const imprint = createHash(digest).update(signature).digest();
  if (!imprint.equals(messageImprint.hashedMessage.valueBlock.valueHexView)) {
    throw tampered(`${WHOSE} was made for another signature`);
  }
  if (Number.isNaN(genTime.getTime())) throw tampered(`${WHOSE} names no proper time`);
  if (genTime.getTime() > options.now.getTime() + CLOCK_TOLERANCE) throw tampered(`${WHOSE} lies in the future`);

  assertNamesItsSigner(signedData);
  if (signedData.signer.purposes?.length !== 1)
    throw tampered(`${WHOSE} was made with a certificate for other purposes too`);
  const demands = { purpose: PURPOSE.timeStamping, at: genTime, whose: WHOSE } as const;
  const chain = buildChain(signedData.signer, signedData.certificates, demands);
  return { at: genTime, authority: signedData.signer, chain };
}

/**
 * Whether a time stamp is by one of these authorities: one of their certificates stands in its chain, or issued the last
 * one there. Whoever is not among them can state any time.
 */
export function isByOneOf({ chain }: TimeStamp, trusted: readonly X509Certificate[]): boolean {
  const last = chain.at(-1)?.x509;
  return trusted.some(
    (authority) =>
      chain.some(({ x509 }) => x509.fingerprint256 === authority.fingerprint256) ||
      (last !== undefined && last.checkIssued(authority) && last.verify(authority.publicKey)),
  );
}

/** The token has to name the certificate of its signer by hash, so that no other can be put in its place (RFC 5816). */
function assertNamesItsSigner({ signedAttributes, signer }: SignedData): void {
  const isSecond = signedAttributes.has(SIGNING_CERTIFICATE_V2);
  const attribute = single(signedAttributes, isSecond ? SIGNING_CERTIFICATE_V2 : SIGNING_CERTIFICATE, WHOSE);
  const first = childOf(childOf(attribute, 0, TAG.sequence), 0, TAG.sequence);
  const hash = first.children.find(({ tag }) => tag === TAG.octetString);
  // Without an algorithm the second form means SHA-256. The first form's SHA-1 only says which certificate is meant:
  // what proves anything is the signature itself.
  const algorithm =
    first.children[0]?.tag === TAG.sequence ? oidOf(childOf(first.children[0], 0, TAG.objectIdentifier)) : null;
  const digest = !isSecond ? 'sha1' : algorithm === null ? 'sha256' : digestWithOid(algorithm, WHOSE);
  if (hash === undefined || !createHash(digest).update(signer.raw).digest().equals(hash.contents)) {
    throw tampered(`${WHOSE} names another certificate than that of its signer`);
  }
}
