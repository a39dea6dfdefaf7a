// How this machine reaches servers: through which proxy, and by which authorities' word a certificate is believed.
import { readFileSync } from 'node:fs';
import { systemCode } from '../client-error.ts';
import { proxyFor, type ProxyServer } from './proxy.ts';

/** The machine's ways to a network. */
export interface NetworkSettings {
  /** @throws ClientError `proxy.failed` */
  proxyFor(url: URL): ProxyServer | null;
  /** The certificates of the authorities that this machine trusts, PEM. */
  authorities(): Promise<readonly string[]>;
}

/** Where Debian, Red Hat, SUSE and Alpine keep the authorities that the machine trusts, in one file. */
const bundles = [
  '/etc/ssl/certs/ca-certificates.crt',
  '/etc/pki/tls/certs/ca-bundle.crt',
  '/etc/ssl/ca-bundle.pem',
  '/etc/ssl/cert.pem',
];

/**
 * The network of this machine. Of the environment only the proxy is taken. NODE_EXTRA_CA_CERTS, SSL_CERT_FILE,
 * SSL_CERT_DIR and NODE_TLS_REJECT_UNAUTHORIZED are not: the client runs with rights that whoever set them may lack.
 */
export function networkOf(
  platform: NodeJS.Platform,
  environment: Readonly<Record<string, string | undefined>>,
): NetworkSettings {
  let known: Promise<readonly string[]> | undefined;
  return {
    proxyFor: (url) => proxyFor(url, environment),
    // Windows fetches public authorities only when they are first needed: those that Node brings stand beside its own.
    authorities: () => (known ??= authoritiesOf(platform)),
  };
}

async function authoritiesOf(platform: NodeJS.Platform): Promise<readonly string[]> {
  const { getCACertificates, rootCertificates } = await import('node:tls');
  const ofTheSystem = platform === 'win32' ? getCACertificates('system') : bundledBySystem();
  return [...new Set([...rootCertificates, ...ofTheSystem])];
}

/** Read by ourselves on Linux: there Node would take another file where SSL_CERT_FILE or SSL_CERT_DIR says so. */
function bundledBySystem(): readonly string[] {
  for (const path of bundles) {
    try {
      return [readFileSync(path, 'utf8')];
    } catch (error) {
      if (!['ENOENT', 'EACCES', 'ENOTDIR'].includes(systemCode(error) ?? '')) throw error;
    }
  }
  return [];
}
