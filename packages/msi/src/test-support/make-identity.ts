// Makes keys and certificates with OpenSSL: authorities, signers, and those that should not sign.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { run } from './run.ts';

/** A key with its certificate, as files. */
export interface Identity {
  readonly certificate: string;
  readonly key: string;
}

export interface IdentityRecipe {
  readonly subject: string;
  /** Without one, it issues itself. */
  readonly issuer?: Identity;
  readonly key?: 'rsa:2048' | 'rsa:1024' | 'P-256' | 'P-384';
  /** Lines of OpenSSL's extension section. */
  readonly extensions: readonly string[];
  readonly days?: number;
  readonly digest?: 'sha256' | 'sha384' | 'sha1';
}

export const AUTHORITY = ['basicConstraints=critical,CA:TRUE', 'keyUsage=critical,keyCertSign,cRLSign'];
export const SIGNER = [
  'basicConstraints=CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=codeSigning',
];
export const TIME_STAMPER = [
  'basicConstraints=CA:FALSE',
  'keyUsage=critical,digitalSignature',
  'extendedKeyUsage=critical,timeStamping',
];

/** Makes an identity in `folder` by the recipe. */
export async function makeIdentity(folder: string, name: string, recipe: IdentityRecipe): Promise<Identity> {
  const key = recipe.key ?? 'P-256';
  const algorithm = key.startsWith('rsa')
    ? ['-newkey', key]
    : ['-newkey', 'ec', '-pkeyopt', `ec_paramgen_curve:${key}`];
  const [certificate, keyFile, request] = [`${name}.pem`, `${name}.key`, `${name}.csr`];
  await writeFile(join(folder, `${name}.ext`), recipe.extensions.join('\n'));
  await run(
    'openssl',
    ['req', ...algorithm, '-nodes', '-keyout', keyFile, '-out', request, '-subj', recipe.subject, '-utf8'],
    folder,
  );
  const issuer =
    recipe.issuer === undefined
      ? ['-signkey', keyFile]
      : ['-CA', recipe.issuer.certificate, '-CAkey', recipe.issuer.key, '-CAcreateserial'];
  const limits = ['-days', String(recipe.days ?? 365), `-${recipe.digest ?? 'sha256'}`, '-extfile', `${name}.ext`];
  await run('openssl', ['x509', '-req', '-in', request, '-out', certificate, ...issuer, ...limits], folder);
  return { certificate: join(folder, certificate), key: join(folder, keyFile) };
}

/** Certificates one after another in a file, as OpenSSL and osslsigncode take them. */
export async function bundle(path: string, identities: readonly Identity[]): Promise<string> {
  const texts = await Promise.all(identities.map(({ certificate }) => readFile(certificate, 'utf8')));
  await writeFile(path, texts.join(''));
  return path;
}
