// What a person could set in the environment of a program that runs on Node, to have it load, trust or write what they
// want. The client must be deaf to all of it.
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An environment, and files that appear where a program heeds it. */
export interface HostileEnvironment {
  readonly variables: Readonly<Record<string, string>>;
  /** Linux paths: none of these may exist after a program has run. */
  readonly traces: readonly string[];
}

/**
 * Makes what is needed in `folder` (a Linux path).
 * @param seen how a program that is to be run sees a Linux path
 * @param authority PEM: an authority that the environment recommends
 */
export async function hostileEnvironment(
  folder: string,
  authority: string,
  seen: (path: string) => string = (path) => path,
): Promise<HostileEnvironment> {
  await mkdir(folder, { recursive: true });
  const at = (name: string) => join(folder, name);
  const text = (path: string) => JSON.stringify(path);
  // OpenSSL would load this library, which is none, and Node would end for that; a real one would have run by then.
  const section = ['nodejs_conf = evil', '[evil]', 'engines = all', '[all]', 'one = thing', '[thing]'];
  const library = [`dynamic_path = ${seen(at('evil-library')).replaceAll('\\', '/')}`, 'init = 1'];
  await writeFile(at('openssl.cnf'), [...section, ...library, ''].join('\n'));
  await writeFile(at('authority.pem'), authority);
  await writeFile(at('loaded.cjs'), `require('node:fs').writeFileSync(${text(seen(at('was-loaded')))}, '')`);
  const variables = {
    OPENSSL_CONF: at('openssl.cnf'),
    OPENSSL_CONF_INCLUDE: folder,
    OPENSSL_MODULES: folder,
    OPENSSL_ENGINES: folder,
    NODE_EXTRA_CA_CERTS: at('authority.pem'),
    SSL_CERT_FILE: at('authority.pem'),
    SSL_CERT_DIR: folder,
    NODE_PATH: folder,
    NODE_V8_COVERAGE: at('coverage'),
    NODE_COMPILE_CACHE: at('compile-cache'),
    NODE_REDIRECT_WARNINGS: at('warnings'),
    NODE_ICU_DATA: folder,
  };
  const paths = Object.entries(variables).map(([name, path]) => [name, seen(path)]);
  return {
    variables: {
      ...(Object.fromEntries(paths) as Record<string, string>),
      NODE_OPTIONS: `--require=${seen(at('loaded.cjs')).replaceAll('\\', '/')}`,
      NODE_TLS_REJECT_UNAUTHORIZED: '0',
      NODE_USE_SYSTEM_CA: '0',
      NODE_PENDING_DEPRECATION: '1',
    },
    traces: ['was-loaded', 'coverage', 'compile-cache', 'warnings'].map(at),
  };
}
