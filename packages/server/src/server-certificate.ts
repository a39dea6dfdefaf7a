// The server's own certificate, as workstations need to know it: nothing where a public authority vouches for it, else what to trust.
import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { rootCertificates } from 'node:tls';

const oneCertificate = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/**
 * The certificate that a workstation must be told to trust (PEM): the last of the chain that the server sends, its issuer's or,
 * alone, its own. Null where a public authority signed it, and where the certificate is for another host: then something else
 * answers there, with a certificate that is not known here.
 *
 * @param chain PEM as `USHER_TLS_CERT` holds it: the server's certificate first
 * @param host of the address that workstations use
 * @param publicRoots PEM; those that Node trusts, unless a test says otherwise
 */
export function certificateToTrust(
  chain: string,
  host: string,
  publicRoots: readonly string[] = rootCertificates,
): string | null {
  const certificates = (chain.match(oneCertificate) ?? []).map((pem) => new X509Certificate(pem));
  const [own] = certificates;
  const last = certificates.at(-1);
  if (own === undefined || last === undefined || !isFor(own, host)) return null;
  return publicRoots.some((pem) => isVouchedFor(last, new X509Certificate(pem))) ? null : last.toString();
}

function isFor(certificate: X509Certificate, host: string): boolean {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  return (isIP(bare) === 0 ? certificate.checkHost(bare) : certificate.checkIP(bare)) !== undefined;
}

function isVouchedFor(certificate: X509Certificate, root: X509Certificate): boolean {
  if (certificate.fingerprint256 === root.fingerprint256) return true;
  return certificate.checkIssued(root) && certificate.verify(root.publicKey);
}
