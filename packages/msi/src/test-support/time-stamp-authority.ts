// A time-stamp authority on this machine: osslsigncode asks it over HTTP, and OpenSSL answers.
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { Identity } from './make-identity.ts';
import { run } from './run.ts';

export interface TimeStampAuthority {
  readonly url: string;
  close(): Promise<void>;
}

export interface TimeStampRecipe {
  readonly identity: Identity;
  /** A file of the certificates that its tokens carry. */
  readonly issuers: string;
  readonly digest?: 'sha256' | 'sha1';
  /** The digest by which tokens name their signer; SHA-1 gives the older form of that attribute. */
  readonly namesSignerBy?: 'sha256' | 'sha1';
  /** Whose signature the tokens carry in the end: OpenSSL itself refuses to stamp with a wrong certificate. */
  readonly resignedBy?: Identity;
}

/** Starts an authority that stamps as the recipe says. */
export async function startTimeStampAuthority(
  folder: string,
  name: string,
  recipe: TimeStampRecipe,
): Promise<TimeStampAuthority> {
  const { identity, issuers, digest = 'sha256', namesSignerBy = 'sha256', resignedBy } = recipe;
  const configuration = `
[tsa]
default_tsa = config
[config]
serial = ${join(folder, `${name}.serial`)}
signer_cert = ${identity.certificate}
signer_key = ${identity.key}
certs = ${issuers}
signer_digest = ${digest}
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512, sha1
ess_cert_id_alg = ${namesSignerBy}
`;
  await writeFile(join(folder, `${name}.cnf`), configuration);
  await writeFile(join(folder, `${name}.serial`), '1000');
  let count = 0;
  const stamp = async (query: Buffer): Promise<Buffer> => {
    const [ask, answer] = [`${name}-${++count}.tsq`, `${name}-${count}.tsr`];
    await writeFile(join(folder, ask), query);
    await run('openssl', ['ts', '-reply', '-config', `${name}.cnf`, '-queryfile', ask, '-out', answer], folder);
    return resignedBy === undefined ? readFile(join(folder, answer)) : resign(folder, answer, resignedBy);
  };
  const server: Server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      stamp(Buffer.concat(parts)).then(
        (answer) => response.writeHead(200, { 'content-type': 'application/timestamp-reply' }).end(answer),
        (error: unknown) => response.writeHead(500).end(String(error)),
      );
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The authority has no port');
  return {
    url: `http://127.0.0.1:${address.port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** The same statement about the time, signed by somebody else. */
async function resign(folder: string, answer: string, signer: Identity): Promise<Buffer> {
  const [token, info, other] = [`${answer}.token`, `${answer}.info`, `${answer}.other`];
  await run('openssl', ['ts', '-reply', '-in', answer, '-token_out', '-out', token], folder);
  await run('openssl', ['cms', '-verify', '-noverify', '-inform', 'DER', '-in', token, '-out', info], folder);
  const content = ['-econtent_type', '1.2.840.113549.1.9.16.1.4', '-in', info, '-binary', '-nodetach'];
  const form = ['-cades', '-nosmimecap', '-md', 'sha256', '-outform', 'DER', '-out', other];
  await run(
    'openssl',
    ['cms', '-sign', ...content, ...form, '-signer', signer.certificate, '-inkey', signer.key],
    folder,
  );
  const granted = Buffer.from('3003020100', 'hex');
  const body = Buffer.concat([granted, await readFile(join(folder, other))]);
  const head = Buffer.from([0x30, 0x82, body.length >> 8, body.length & 0xff]);
  return Buffer.concat([head, body]);
}
