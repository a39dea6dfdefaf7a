// Certificates for signing test installers: an authority of one's own and the signers that it certifies, made
// with `openssl ca`, which alone lets both ends of the validity be chosen.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runTool } from '../run-tool.ts';

/** What kind of key a certificate is for. */
export type SigningKeyType = 'rsa' | 'ecdsa';

/** A certificate for signing, and where its key lies. Paths are of PEM files. */
export interface CodeSigner {
  /** The certificate, and after it those of its issuers but for the root. */
  readonly certificate: string;
  readonly key: string;
  /** Distinguished names as `openssl` takes them: `/O=Contoso Ltd./CN=Contoso Signing`. */
  readonly subject: string;
  readonly issuer: string;
}

/** How a certificate is made. */
export interface CertificateOptions {
  /** CN. */
  readonly commonName: string;
  /** O; default `Contoso Ltd.` */
  readonly organization?: string;
  /** Default `rsa` (2048 bits); `ecdsa` is P-256. */
  readonly keyType?: SigningKeyType;
  /** Default 2020-01-01. */
  readonly notBefore?: Date;
  /** Default 2049-12-31. */
  readonly notAfter?: Date;
}

/** A signer's certificate; `purpose` is what its extended key usage allows. */
export interface SignerOptions extends CertificateOptions {
  /** Default `code-signing`. `timestamping` for a time-stamping service, `tls` for one that must not sign code. */
  readonly purpose?: 'code-signing' | 'timestamping' | 'tls';
}

const extensionSections: Readonly<Record<string, string>> = {
  authority: 'basicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign, cRLSign',
  'code-signing': 'extendedKeyUsage = codeSigning',
  timestamping: 'extendedKeyUsage = critical, timeStamping',
  tls: 'extendedKeyUsage = serverAuth',
};

const leafExtensions = 'basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature';
const identifiers = 'subjectKeyIdentifier = hash';

const configuration = `[ ca ]
default_ca = here
[ here ]
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = anything
unique_subject = no
string_mask = utf8only
[ anything ]
organizationName = optional
commonName = supplied
[ req ]
distinguished_name = name
[ name ]
${Object.entries(extensionSections)
  .map(([name, lines]) => `[ ${name} ]\n${name === 'authority' ? '' : `${leafExtensions}\n`}${lines}\n${identifiers}`)
  .join('\n')}
`;

/** `YYYYMMDDHHMMSSZ`, as `openssl ca` takes it. */
const asTime = (date: Date) => `${date.toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;

const subjectOf = (options: CertificateOptions) =>
  `/O=${options.organization ?? 'Contoso Ltd.'}/CN=${options.commonName}`;

const validity = (options: CertificateOptions) => [
  '-startdate',
  asTime(options.notBefore ?? new Date('2020-01-01T00:00:00Z')),
  '-enddate',
  asTime(options.notAfter ?? new Date('2049-12-31T23:59:59Z')),
];

async function makeKey(path: string, keyType: SigningKeyType): Promise<void> {
  const algorithm =
    keyType === 'rsa'
      ? ['-algorithm', 'RSA', '-pkeyopt', 'rsa_keygen_bits:2048']
      : ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256'];
  await runTool('openssl', ['genpkey', '-quiet', ...algorithm, '-out', path]);
}

/** An authority whose certificate and keys lie in one folder, which belongs to whoever made it. */
export class CodeSigningAuthority {
  readonly folder: string;
  /** The root certificate, PEM. */
  readonly certificate: string;
  readonly subject: string;
  #issued = 0;

  private constructor(folder: string, subject: string) {
    this.folder = folder;
    this.certificate = join(folder, 'authority.pem');
    this.subject = subject;
  }

  /** Makes a root in `folder`, which is made where it does not exist. @throws {ToolError} */
  static async create(folder: string, options: CertificateOptions): Promise<CodeSigningAuthority> {
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'openssl.cnf'), configuration);
    await writeFile(join(folder, 'index.txt'), '');
    const authority = new CodeSigningAuthority(folder, subjectOf(options));
    await makeKey(join(folder, 'authority.key'), options.keyType ?? 'rsa');
    await authority.#certify('authority', options, 'authority', ['-selfsign']);
    return authority;
  }

  /** Makes a key and a certificate for it, issued by this authority. @throws {ToolError} */
  async issue(options: SignerOptions): Promise<CodeSigner> {
    this.#issued += 1;
    const name = `signer-${this.#issued}`;
    await makeKey(join(this.folder, `${name}.key`), options.keyType ?? 'rsa');
    await this.#certify(name, options, options.purpose ?? 'code-signing', ['-cert', 'authority.pem']);
    return {
      certificate: join(this.folder, `${name}.pem`),
      key: join(this.folder, `${name}.key`),
      subject: subjectOf(options),
      issuer: this.subject,
    };
  }

  async #certify(name: string, options: CertificateOptions, extensions: string, how: readonly string[]) {
    const inFolder = { cwd: this.folder };
    const request = ['-new', '-utf8', '-key', `${name}.key`, '-subj', subjectOf(options), '-out', `${name}.csr`];
    await runTool('openssl', ['req', '-config', 'openssl.cnf', ...request], inFolder);
    const paths = ['-keyfile', 'authority.key', '-in', `${name}.csr`, '-out', `${name}.pem`];
    const choices = [...how, ...paths, '-extensions', extensions, '-notext', ...validity(options)];
    await runTool('openssl', ['ca', '-batch', '-config', 'openssl.cnf', ...choices], inFolder);
  }
}
