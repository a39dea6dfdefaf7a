// Verifies the Authenticode signature of an installer file, step by step.
import { createHash, X509Certificate } from 'node:crypto';
import { fromBER, GeneralizedTime, UTCTime } from 'asn1js';
import { digestWithOid, type Digest } from './algorithms.ts';
import { buildChain, PURPOSE } from './certificate-chain.ts';
import type { Certificate } from './certificate.ts';
import { CompoundFile } from './compound-file.ts';
import type { StreamEntry } from './compound-directory.ts';
import { contentDigest, mayHideExtension, metadataDigest } from './content-digest.ts';
import { childOf, oidOf, readDer, TAG, type DerNode } from './der.ts';
import { InstallerError, tampered } from './installer-error.ts';
import type { CertificateFacts, Publisher, SignatureFacts } from './signature-facts.ts';
import { SIGNATURE_EX_STREAM, SIGNATURE_STREAM } from './signature-streams.ts';
import { openSignedData, single, type SignedData } from './signed-data.ts';
import { isByOneOf, verifyTimeStamp, type TimeStamp } from './time-stamp.ts';

const SPC_INDIRECT_DATA = '1.3.6.1.4.1.311.2.1.4';
const SPC_SIP_INFO = '1.3.6.1.4.1.311.2.1.30';
/** Says that the digest is that of an MSI: {000C10F1-0000-0000-C000-000000000046}. */
const MSI_SUBJECT = Buffer.from('f1100c0000000000c000000000000046', 'hex');
const RFC3161_COUNTERSIGNATURE = '1.3.6.1.4.1.311.3.3.1';
const SIGNING_TIME = '1.2.840.113549.1.9.5';
const MAX_SIGNATURE_BYTES = 1024 * 1024;
/** Signers may fill up to the next eight bytes with zeros. */
const MAX_PADDING = 7;
const WHOSE = 'The signature';

export interface VerifyOptions {
  /** The present instant: what a signature without a time stamp is judged by. */
  readonly now: Date;
  /**
   * Certificates (PEM) of the time-stamp authorities that are believed. With them, a time stamp by another proves nothing:
   * the signer's certificate must then be valid now. Left out, whichever authority the file carries is believed, and
   * `restsOnTimestamp` says where that matters.
   */
  readonly timeStampAuthorities?: readonly string[] | undefined;
}

/**
 * Verifies the signature of the installer file at `path`, reading the file once in bounded memory. Whether the
 * publisher is one to be trusted is not judged.
 * Rejects with an `InstallerError`: `installer.tampered` for every defect of the signature and for bytes that belong to
 * nothing, `installer.weak-signature`, `installer.not-msi`, `installer.malformed`; and with the file system's own error.
 */
export function verifySignature(path: string, options: VerifyOptions): Promise<SignatureFacts> {
  return CompoundFile.with(path, (file) => verifyFile(file, options));
}

/** The same for a compound file that is open. */
export async function verifyFile(file: CompoundFile, options: VerifyOptions): Promise<SignatureFacts> {
  const end = file.endOfContent();
  if (file.size > end) throw tampered(`The file has ${file.size - end} bytes after its end`);
  const signature = findStream(file, SIGNATURE_STREAM);
  const extension = findStream(file, SIGNATURE_EX_STREAM);
  if (signature === undefined) {
    if (extension !== undefined) throw tampered('The signature was removed, but not all of it');
    return unsigned;
  }
  if (signature.size > MAX_SIGNATURE_BYTES) throw tampered(`The signature has ${signature.size} bytes`);
  const verified = failClosed(() => verifySignedData(readDer(withoutPadding(file.read(signature))), options));
  await assertContent(file, verified, extension);
  return { ...verified.facts, extended: extension !== undefined };
}

interface Verified {
  readonly digest: Digest;
  readonly contentDigest: Uint8Array;
  readonly facts: Omit<SignatureFacts, 'extended'>;
}

const unsigned: SignatureFacts = {
  status: 'none',
  publisher: null,
  signedAt: null,
  timestamped: false,
  timestampAuthority: null,
  restsOnTimestamp: false,
  algorithm: null,
  extended: false,
  chain: [],
};

/** Everything about the signature that can be judged without reading the file's content. */
function verifySignedData(der: DerNode, { now, timeStampAuthorities }: VerifyOptions): Verified {
  const signedData = openSignedData(der, SPC_INDIRECT_DATA, WHOSE);
  const subject = readIndirectData(signedData);
  const timeStamp = findTimeStamp(signedData, now);
  const isProof =
    timeStamp === null ||
    timeStampAuthorities === undefined ||
    isByOneOf(
      timeStamp,
      timeStampAuthorities.map((pem) => new X509Certificate(pem)),
    );
  if (!isProof && now > signedData.signer.notAfter) throw unprovenTime(signedData.signer, timeStamp);
  const chain = buildChain(signedData.signer, signedData.certificates, {
    purpose: PURPOSE.codeSigning,
    at: judgedAt(signedData.signer, isProof ? timeStamp : null, now),
    whose: WHOSE,
  });
  const signedAt = timeStamp?.at ?? statedTime(signedData);
  return {
    ...subject,
    facts: {
      status: 'valid',
      publisher: publisherOf(chain),
      signedAt: signedAt?.toISOString() ?? null,
      timestamped: timeStamp !== null,
      timestampAuthority: timeStamp?.authority.subject ?? null,
      restsOnTimestamp: chain.some(({ notAfter }) => now > notAfter),
      algorithm: subject.digest,
      chain: chain.map(certificateFacts),
    },
  };
}

function unprovenTime(signer: Certificate, { authority }: TimeStamp): InstallerError {
  return tampered(
    `${WHOSE} rests on the certificate of ${signer.subject}, which expired ${signer.notAfter.toISOString()}; that it is older ` +
      `is said by ${authority.subject}, which is none of the time-stamp authorities believed here`,
  );
}

/** SpcIndirectDataContent: what kind of file the digest is of, the digest's algorithm, and the digest. */
function readIndirectData({ content }: SignedData): Pick<Verified, 'digest' | 'contentDigest'> {
  const data = childOf(content, 0, TAG.sequence);
  const sipInfo = childOf(data, 1, TAG.sequence);
  const kind = oidOf(childOf(data, 0, TAG.objectIdentifier));
  if (kind !== SPC_SIP_INFO || !MSI_SUBJECT.equals(childOf(sipInfo, 1, TAG.octetString).contents)) {
    throw tampered(`${WHOSE} was made for another kind of file`);
  }
  const digestInfo = childOf(content, 1, TAG.sequence);
  const algorithm = oidOf(childOf(childOf(digestInfo, 0, TAG.sequence), 0, TAG.objectIdentifier));
  return {
    digest: digestWithOid(algorithm, WHOSE),
    contentDigest: childOf(digestInfo, 1, TAG.octetString).contents,
  };
}

async function assertContent(
  file: CompoundFile,
  verified: Verified,
  extension: StreamEntry | undefined,
): Promise<void> {
  let stored: Buffer | null = null;
  if (extension !== undefined) {
    const expected = metadataDigest(file, verified.digest);
    stored = extension.size === expected.length ? file.read(extension) : null;
    if (stored?.equals(expected) !== true) {
      throw tampered('The names, sizes or times of the streams in the file were changed after it was signed');
    }
  } else if (mayHideExtension(file)) {
    throw tampered('The file begins with a stream that may hide that names and times were signed too');
  }
  const actual = await contentDigest(file, verified.digest, stored);
  if (!actual.equals(verified.contentDigest)) throw tampered('The content of the file was changed after it was signed');
}

function findTimeStamp({ unsignedAttributes, signature, certificates }: SignedData, now: Date): TimeStamp | null {
  if (!unsignedAttributes.has(RFC3161_COUNTERSIGNATURE)) return null;
  return verifyTimeStamp(single(unsignedAttributes, RFC3161_COUNTERSIGNATURE, WHOSE), signature, { now, certificates });
}

/** The proven time of signing; the present where none is proven, or where the certificate forbids to outlive itself. */
function judgedAt(signer: Certificate, timeStamp: TimeStamp | null, now: Date): Date {
  if (timeStamp === null || signer.purposes?.includes(PURPOSE.lifetimeSigning) === true) return now;
  return timeStamp.at;
}

/** What the signer says about when it signed: no proof. */
function statedTime({ signedAttributes }: SignedData): Date | null {
  if (!signedAttributes.has(SIGNING_TIME)) return null;
  const { result } = fromBER(Buffer.from(single(signedAttributes, SIGNING_TIME, WHOSE).raw));
  const date = result instanceof UTCTime || result instanceof GeneralizedTime ? result.toDate() : new Date(NaN);
  if (Number.isNaN(date.getTime())) throw tampered(`${WHOSE} states no proper time`);
  return date;
}

function publisherOf(chain: readonly Certificate[]): Publisher | null {
  const [signer, issuer] = chain;
  if (signer === undefined) return null;
  const key = (issuer ?? signer).key.export({ type: 'spki', format: 'der' });
  return {
    subject: signer.subject,
    issuer: signer.issuer,
    authorityKey: createHash('sha256').update(key).digest('hex'),
  };
}

const certificateFacts = ({ raw, subject, issuer, serial, notBefore, notAfter }: Certificate): CertificateFacts => ({
  subject,
  issuer,
  serial,
  notBefore: notBefore.toISOString(),
  notAfter: notAfter.toISOString(),
  sha256: createHash('sha256').update(raw).digest('hex'),
});

function findStream(file: CompoundFile, name: string): StreamEntry | undefined {
  const entry = file.root.children.find((child) => child.name === name);
  if (entry?.kind === 'storage') throw tampered(`${WHOSE} is no stream`);
  return entry;
}

function withoutPadding(bytes: Buffer): Buffer {
  let end = bytes.length;
  while (end > 0 && bytes.length - end < MAX_PADDING && bytes[end - 1] === 0) end--;
  // What ends in zeros of its own is not cut: only when the element is shorter than the stream.
  const declared = bytes.length >= 4 && bytes[1] === 0x82 ? 4 + bytes.readUInt16BE(2) : bytes.length;
  return declared < bytes.length && declared >= end ? bytes.subarray(0, declared) : bytes;
}

/** A signature that can't be read is one that does not hold: no error of a library lets a file through. */
function failClosed<T>(verify: () => T): T {
  try {
    return verify();
  } catch (cause) {
    if (cause instanceof InstallerError) throw cause;
    throw new InstallerError('installer.tampered', `${WHOSE} can't be read.`, { cause });
  }
}
