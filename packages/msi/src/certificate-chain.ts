// Follows a signer's certificate to the authorities that the file itself carries (RFC 5280, section 6.1).
import { assertStrong } from './algorithms.ts';
import type { Certificate } from './certificate.ts';
import { tampered } from './installer-error.ts';

const MAX_CHAIN = 10;

/** Purposes of certificates (RFC 5280, 4.2.1.12; the last one is Microsoft's "lifetime signing"). */
export const PURPOSE = {
  codeSigning: '1.3.6.1.5.5.7.3.3',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  any: '2.5.29.37.0',
  lifetimeSigning: '1.3.6.1.4.1.311.10.3.13',
} as const;

/** What a chain is judged by. */
export interface ChainDemands {
  readonly purpose: typeof PURPOSE.codeSigning | typeof PURPOSE.timeStamping;
  /** The instant at which every certificate has to be valid. */
  readonly at: Date;
  /** Whose chain it is, for messages: "The signature". */
  readonly whose: string;
}

/**
 * The chain from the signer up, as far as `pool` holds its authorities; the signer first. Every link is verified, and
 * every certificate has to be valid at the time and allowed for the purpose. Whether the last one is to be trusted is
 * not judged. Throws `installer.tampered` or `installer.weak-signature`.
 */
export function buildChain(signer: Certificate, pool: readonly Certificate[], demands: ChainDemands): Certificate[] {
  const { purpose, whose } = demands;
  if (signer.purposes?.includes(purpose) !== true || !signer.maySign) {
    throw tampered(
      `${whose} was made with a certificate that is not for ${purpose === PURPOSE.codeSigning ? 'signing programs' : 'time stamps'}`,
    );
  }
  assertStrong('', signer.key, whose);
  assertValid(signer, demands);
  const chain = [signer];
  for (let current = signer; !isSelfSigned(current);) {
    const issuer = findIssuer(current, chain, pool, demands);
    if (issuer === undefined) {
      if (current.isSelfIssued)
        throw tampered(`${whose} carries a certificate of ${current.subject} with a false signature`);
      break;
    }
    chain.push(issuer);
    current = issuer;
  }
  return chain;
}

function findIssuer(
  certificate: Certificate,
  chain: readonly Certificate[],
  pool: readonly Certificate[],
  demands: ChainDemands,
): Certificate | undefined {
  const { whose } = demands;
  const named = pool.filter(
    (candidate) => candidate.subjectDer.equals(certificate.issuerDer) && !chain.includes(candidate),
  );
  if (named.length === 0) return undefined;
  assertStrong(certificate.signatureAlgorithm, null, whose);
  const issuer = named.find(({ key }) => certificate.x509.verify(key));
  if (issuer === undefined) {
    throw tampered(
      `${whose} carries a certificate of ${certificate.issuer} that did not issue the one of ${certificate.subject}`,
    );
  }
  if (!issuer.mayIssue)
    throw tampered(`${whose} carries a certificate issued by ${issuer.subject}, which is no authority`);
  const between = chain.slice(1).filter((authority) => !authority.isSelfIssued).length;
  if (chain.length >= MAX_CHAIN || (issuer.pathLength !== null && between > issuer.pathLength)) {
    throw tampered(`${whose} has a longer chain of certificates than ${issuer.subject} allows`);
  }
  if (
    issuer.purposes !== null &&
    !issuer.purposes.includes(demands.purpose) &&
    !issuer.purposes.includes(PURPOSE.any)
  ) {
    throw tampered(`${whose} rests on ${issuer.subject}, which may not issue certificates for it`);
  }
  assertStrong('', issuer.key, whose);
  assertValid(issuer, demands);
  return issuer;
}

/** Whether a certificate ends a chain. One that names itself, but is signed by an older key of its own, does not. */
const isSelfSigned = ({ isSelfIssued, x509, key }: Certificate): boolean => isSelfIssued && x509.verify(key);

function assertValid(certificate: Certificate, { at, whose }: ChainDemands): void {
  if (at < certificate.notBefore) {
    throw tampered(
      `${whose} is older than the certificate of ${certificate.subject}, which begins ${certificate.notBefore.toISOString()}`,
    );
  }
  if (at > certificate.notAfter) {
    throw tampered(
      `${whose} rests on the certificate of ${certificate.subject}, which expired ${certificate.notAfter.toISOString()}`,
    );
  }
}
