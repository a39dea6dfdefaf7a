// A CMS SignedData with one signer (RFC 5652, section 5): its parts, and whether its signature is good.
import { createHash } from 'node:crypto';
import { BaseBlock, fromBER } from 'asn1js';
import { ContentInfo, IssuerAndSerialNumber, SignedData as PkiSignedData, type SignerInfo } from 'pkijs';
import { digestWithOid, isSignatureGood, type Digest } from './algorithms.ts';
import { parseCertificate, type Certificate } from './certificate.ts';
import { childOf, oidOf, readDer, TAG, type DerNode } from './der.ts';
import { tampered } from './installer-error.ts';

const SIGNED_DATA = '1.2.840.113549.1.7.2';
const CONTENT_TYPE = '1.2.840.113549.1.9.3';
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const MAX_CERTIFICATES = 32;
const TAG_CONTEXT_0 = 0xa0;

/** Values of CMS attributes by object identifier. */
export type Attributes = ReadonlyMap<string, readonly DerNode[]>;

/** A SignedData whose signature has been found good. */
export interface SignedData {
  /** The signed content: an OCTET STRING, or in Authenticode a SEQUENCE. */
  readonly content: DerNode;
  readonly digest: Digest;
  readonly signer: Certificate;
  /** All certificates that it carries. */
  readonly certificates: readonly Certificate[];
  readonly signedAttributes: Attributes;
  readonly unsignedAttributes: Attributes;
  /** The bytes of the signature itself, which a time stamp is about. */
  readonly signature: Uint8Array;
}

/**
 * Reads a SignedData of the wanted content type and verifies that its only signer signed its content: the signed
 * attributes name the content's type and digest, and the signature over them verifies under the key of the certificate
 * that the signer names. Nothing is said yet about that certificate, which may also come from `moreCertificates`.
 * Throws `installer.tampered` or `installer.weak-signature`; `whose` begins the sentence ("The signature").
 */
export function openSignedData(
  der: DerNode,
  contentType: string,
  whose: string,
  moreCertificates: readonly Certificate[] = [],
): SignedData {
  const contentInfo = new ContentInfo({ schema: fromBER(Buffer.from(der.raw)).result });
  if (contentInfo.contentType !== SIGNED_DATA)
    throw tampered(`${whose} is of an unknown kind (${contentInfo.contentType})`);
  const { encapContentInfo, signerInfos } = new PkiSignedData({ schema: contentInfo.content as unknown });
  if (encapContentInfo.eContentType !== contentType) {
    throw tampered(`${whose} is about something else (${encapContentInfo.eContentType})`);
  }
  const [signerInfo, another] = signerInfos;
  if (signerInfo === undefined || another !== undefined) {
    throw tampered(`${whose} has ${signerInfos.length} signers instead of one`);
  }

  const { content, certificates } = exactParts(der);
  const known = [...certificates, ...moreCertificates];
  const signer = findSigner(signerInfo, known);
  if (signer === undefined) throw tampered(`${whose} does not carry the certificate of its signer`);
  const digest = digestWithOid(signerInfo.digestAlgorithm.algorithmId, whose);
  const signedAttributes = readAttributes(signerInfo.signedAttrs?.attributes ?? [], whose);
  const signed = signerInfo.signedAttrs?.encodedValue;
  if (signed === undefined) throw tampered(`${whose} has no signed attributes`);

  if (oidOf(single(signedAttributes, CONTENT_TYPE, whose)) !== contentType) {
    throw tampered(`${whose} has attributes about something else`);
  }
  const stated = single(signedAttributes, MESSAGE_DIGEST, whose);
  const actual = createHash(digest).update(content.contents).digest();
  if (stated.tag !== TAG.octetString || !actual.equals(stated.contents)) {
    throw tampered(`${whose} was made for other content: its digest differs`);
  }
  const signature = signerInfo.signature.valueBlock.valueHexView;
  const check = { algorithm: signerInfo.signatureAlgorithm.algorithmId, digest, key: signer.key, signature };
  if (!isSignatureGood({ ...check, data: new Uint8Array(signed) }, whose)) {
    throw tampered(`${whose} does not verify under the key of ${signer.subject}`);
  }
  return {
    content,
    digest,
    signer,
    certificates: known,
    signedAttributes,
    unsignedAttributes: readAttributes(signerInfo.unsignedAttrs?.attributes ?? [], whose),
    signature,
  };
}

/** The only value of an attribute that has to be there. */
export function single(attributes: Attributes, oid: string, whose: string): DerNode {
  const [value, another] = attributes.get(oid) ?? [];
  if (value === undefined || another !== undefined) throw tampered(`${whose} needs one attribute ${oid}`);
  return value;
}

/** The content and the certificates byte by byte, as they were hashed and signed. */
function exactParts(der: DerNode): { content: DerNode; certificates: Certificate[] } {
  const signedData = childOf(childOf(der, 1, TAG_CONTEXT_0), 0, TAG.sequence);
  const content = childOf(childOf(signedData, 2, TAG.sequence), 1, TAG_CONTEXT_0).children[0];
  if (content === undefined) throw tampered('The signature is detached from its content');
  const set = signedData.children[3]?.tag === TAG_CONTEXT_0 ? signedData.children[3].children : [];
  if (set.length > MAX_CERTIFICATES) throw tampered(`The signature carries ${set.length} certificates`);
  return {
    content,
    certificates: set.filter(({ tag }) => tag === TAG.sequence).map(({ raw }) => parseCertificate(raw)),
  };
}

function findSigner({ sid }: SignerInfo, certificates: readonly Certificate[]): Certificate | undefined {
  const named: unknown = sid;
  if (!(named instanceof IssuerAndSerialNumber)) return undefined;
  const issuer = Buffer.from(named.issuer.valueBeforeDecode);
  const serial = named.serialNumber.valueBlock.valueHexView;
  return certificates.find((candidate) => candidate.issuerDer.equals(issuer) && candidate.serialBytes.equals(serial));
}

function readAttributes(attributes: readonly { type: string; values: unknown[] }[], whose: string): Attributes {
  const read = new Map<string, readonly DerNode[]>();
  for (const { type, values } of attributes) {
    if (read.has(type)) throw tampered(`${whose} has the attribute ${type} twice`);
    read.set(
      type,
      values.map((value) => {
        if (!(value instanceof BaseBlock)) throw tampered(`${whose} has an attribute ${type} that can't be read`);
        return readDer(value.valueBeforeDecodeView);
      }),
    );
  }
  return read;
}
