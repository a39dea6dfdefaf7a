// One X.509 certificate (RFC 5280), with what a decision about a signature needs to know of it.
import { X509Certificate, type KeyObject } from 'node:crypto';
import { Certificate as PkiCertificate } from 'pkijs';
import { childOf, oidOf, readDer, TAG, type DerNode } from './der.ts';
import { distinguishedName } from './distinguished-name.ts';
import { tampered } from './installer-error.ts';

const BASIC_CONSTRAINTS = '2.5.29.19';
const KEY_USAGE = '2.5.29.15';
const EXTENDED_KEY_USAGE = '2.5.29.37';
/** Extensions that may be critical: those judged here, and those that only narrow what is not judged (policies). */
const UNDERSTOOD = new Set([BASIC_CONSTRAINTS, KEY_USAGE, EXTENDED_KEY_USAGE, '2.5.29.32']);

/** Bits of the first byte of a KeyUsage. */
const DIGITAL_SIGNATURE = 0x80;
const CERTIFICATE_SIGNING = 0x04;

export interface Certificate {
  readonly raw: Uint8Array;
  readonly x509: X509Certificate;
  readonly key: KeyObject;
  readonly subject: string;
  readonly issuer: string;
  readonly subjectDer: Buffer;
  readonly issuerDer: Buffer;
  /** Upper-case hexadecimal. */
  readonly serial: string;
  /** As in the certificate. */
  readonly serialBytes: Buffer;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly signatureAlgorithm: string;
  /** Object identifiers of its purposes; null when it is not limited to any. */
  readonly purposes: readonly string[] | null;
  readonly isAuthority: boolean;
  /** How many authorities may stand between it and the signer; null for any number. */
  readonly pathLength: number | null;
  readonly maySign: boolean;
  readonly mayIssue: boolean;
  readonly isSelfIssued: boolean;
}

/** Parses a certificate. Throws `installer.tampered` where it is none, or asks for what nobody here understands. */
export function parseCertificate(raw: Uint8Array): Certificate {
  const node = readDer(raw);
  // Two independent readers have to agree that it is a certificate.
  const parsed = PkiCertificate.fromBER(copyOf(raw));
  const x509 = new X509Certificate(raw);
  const subjectDer = Buffer.from(parsed.subject.valueBeforeDecode);
  const issuerDer = Buffer.from(parsed.issuer.valueBeforeDecode);
  const extensions = new Map<string, DerNode>();
  for (const { extnID, critical, extnValue } of parsed.extensions ?? []) {
    if (extensions.has(extnID)) throw tampered(`A certificate has two extensions ${extnID}`);
    if (critical && !UNDERSTOOD.has(extnID))
      throw tampered(`A certificate has an unknown critical extension (${extnID})`);
    if (UNDERSTOOD.has(extnID)) extensions.set(extnID, readDer(extnValue.valueBlock.valueHexView));
  }
  const { isAuthority, pathLength } = basicConstraints(extensions.get(BASIC_CONSTRAINTS));
  const usage = keyUsage(extensions.get(KEY_USAGE));
  return {
    raw,
    x509,
    key: x509.publicKey,
    subject: distinguishedName(readDer(subjectDer)),
    issuer: distinguishedName(readDer(issuerDer)),
    subjectDer,
    issuerDer,
    serial: x509.serialNumber.toUpperCase(),
    serialBytes: Buffer.from(parsed.serialNumber.valueBlock.valueHexView),
    notBefore: validDate(parsed.notBefore.value),
    notAfter: validDate(parsed.notAfter.value),
    signatureAlgorithm: oidOf(childOf(childOf(node, 1, TAG.sequence), 0, TAG.objectIdentifier)),
    purposes: extensions.get(EXTENDED_KEY_USAGE)?.children.map(oidOf) ?? null,
    isAuthority,
    pathLength,
    maySign: usage === null || (usage & DIGITAL_SIGNATURE) !== 0,
    mayIssue: isAuthority && (usage === null || (usage & CERTIFICATE_SIGNING) !== 0),
    isSelfIssued: subjectDer.equals(issuerDer),
  };
}

function basicConstraints(node: DerNode | undefined): { isAuthority: boolean; pathLength: number | null } {
  if (node === undefined) return { isAuthority: false, pathLength: null };
  const isAuthority = node.children[0]?.tag === TAG.boolean && node.children[0].contents[0] !== 0;
  const length = node.children.find((child) => child.tag === TAG.integer);
  return {
    isAuthority,
    pathLength:
      length === undefined ? null : Buffer.from(length.contents).readUIntBE(0, Math.min(6, length.contents.length)),
  };
}

function keyUsage(node: DerNode | undefined): number | null {
  if (node === undefined) return null;
  if (node.tag !== TAG.bitString) throw tampered('A certificate says in an unknown way what its key is for');
  return node.contents[1] ?? 0;
}

function validDate(date: Date): Date {
  if (Number.isNaN(date.getTime())) throw tampered('A certificate has no proper time of validity');
  return date;
}

const copyOf = (bytes: Uint8Array): ArrayBuffer => Uint8Array.from(bytes).buffer;
