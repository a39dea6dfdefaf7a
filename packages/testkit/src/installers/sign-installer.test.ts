// What `osslsigncode` says of installers that were signed here, of tampered ones, and of the ready-made ones.
import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { runTool } from '../run-tool.ts';
import { CodeSigningAuthority } from './code-signing-authority.ts';
import { contosoInstallers, contosoRootCertificate } from './contoso-agent.ts';
import { signInstaller } from './sign-installer.ts';
import { tamperInstaller } from './tamper-installer.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'usher-sign-installer-'));
});
afterAll(() => rm(folder, { recursive: true }));

/** What `osslsigncode` says of a signature, given whom to trust. @throws {ToolError} where it does not hold */
async function verify(path: string, root: string): Promise<string> {
  const trusted = ['-CAfile', root, '-TSA-CAfile', root];
  return (await runTool('osslsigncode', ['verify', ...trusted, '-in', path])).stdout;
}

const unsigned = contosoInstallers()['3.24.0'].path;

describe('signInstaller', () => {
  test.each(['rsa', 'ecdsa'] as const)('makes a signature with an %s key that holds', async (keyType) => {
    const authority = await CodeSigningAuthority.create(join(folder, keyType), { commonName: 'Root', keyType });
    const signer = await authority.issue({ commonName: 'Publisher', organization: 'Müller & Co.', keyType });
    const signed = join(folder, `${keyType}.msi`);
    await signInstaller(unsigned, signed, signer, { digest: 'sha384' });
    const said = await verify(signed, authority.certificate);
    expect(said).toContain('Signature verification: ok');
    expect(said).toContain('SHA384');
  });

  test('time-stamps, so that the signature outlives its certificate', async () => {
    const authority = await CodeSigningAuthority.create(join(folder, 'expiring'), { commonName: 'Root' });
    const validity = { notBefore: new Date('2021-01-01T00:00:00Z'), notAfter: new Date('2022-01-01T00:00:00Z') };
    const signer = await authority.issue({ commonName: 'Publisher', ...validity });
    const timestamping = await authority.issue({ commonName: 'Time', purpose: 'timestamping' });
    const at = new Date('2021-06-01T00:00:00Z');
    const [plain, stamped] = [join(folder, 'plain.msi'), join(folder, 'stamped.msi')];
    await signInstaller(unsigned, plain, signer, { signedAt: at });
    await signInstaller(unsigned, stamped, signer, { signedAt: at, timestamp: { by: timestamping, at } });
    await expect(verify(plain, authority.certificate)).rejects.toThrow('certificate has expired');
    expect(await verify(stamped, authority.certificate)).toContain('Signature verification: ok');
  });

  test('makes a certificate for a web server, which must not sign code', async () => {
    const authority = await CodeSigningAuthority.create(join(folder, 'tls'), { commonName: 'Root' });
    const signer = await authority.issue({ commonName: 'www.example', purpose: 'tls' });
    const { stdout } = await runTool('openssl', [
      'x509',
      '-in',
      signer.certificate,
      '-noout',
      '-ext',
      'extendedKeyUsage,basicConstraints',
    ]);
    expect(stdout).toContain('TLS Web Server Authentication');
    expect(stdout).toContain('CA:FALSE');
  });
});

describe('tamperInstaller', () => {
  test.each(['files', 'strings'] as const)(
    'changes one byte of the %s, and the signature no longer holds',
    async (part) => {
      const { path, productName } = contosoInstallers()['3.23.0'];
      const tampered = join(folder, `tampered-${part}.msi`);
      await tamperInstaller(path, tampered, { part, productName });
      const [before, after] = [await readFile(path), await readFile(tampered)];
      expect(before.filter((byte, index) => byte !== after[index])).toHaveLength(1);
      await expect(verify(tampered, contosoRootCertificate)).rejects.toThrow('MISMATCH');
    },
  );
});

describe('the ready-made installers', () => {
  test.each(Object.values(contosoInstallers()))('$version is what its description says', async (installer) => {
    const bytes = await readFile(installer.path);
    expect(bytes).toHaveLength(installer.size);
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(installer.sha256);
    const { stdout } = await runTool('msiinfo', ['export', installer.path, 'Property']);
    for (const value of [installer.version, installer.productCode, installer.upgradeCode])
      expect(stdout).toContain(value);
    if (installer.publisher === null) {
      await expect(verify(installer.path, contosoRootCertificate)).rejects.toThrow('no signature');
    } else {
      const said = await verify(installer.path, contosoRootCertificate);
      expect(said).toContain('Signature verification: ok');
      expect(said).toContain(installer.publisher.subject);
      expect(said).toContain(installer.publisher.issuer);
    }
  });
});
