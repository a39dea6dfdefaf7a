// Makes the ready-made installers of testdata/installers anew (`npm run fixtures -w packages/testkit`): with new
// keys, which are thrown away. Needs wixl, msibuild, openssl and osslsigncode.
import { createHash } from 'node:crypto';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodeSigningAuthority } from './code-signing-authority.ts';
import { contosoRecipes, contosoRootCertificate, fixtureFolder, type InstallerFixture } from './contoso-agent.ts';
import { makeInstaller } from './make-installer.ts';
import { signInstaller } from './sign-installer.ts';

const signedAt = new Date('2026-01-15T12:00:00Z');

const work = await mkdtemp(join(tmpdir(), 'usher-fixtures-'));
try {
  const authority = await CodeSigningAuthority.create(join(work, 'keys'), { commonName: 'Contoso Root' });
  const signer = await authority.issue({ commonName: 'Contoso Code Signing' });
  const timestamping = await authority.issue({ commonName: 'Contoso Time Stamping', purpose: 'timestamping' });
  const list: Record<string, Omit<InstallerFixture, 'path'>> = {};
  await mkdir(fixtureFolder, { recursive: true });
  for (const [file, { recipe, signature }] of Object.entries(contosoRecipes)) {
    const unsigned = join(work, file);
    const { path: _path, ...facts } = await makeInstaller(unsigned, recipe);
    const target = join(fixtureFolder, file);
    if (signature === 'none') await copyFile(unsigned, target);
    if (signature === 'plain') await signInstaller(unsigned, target, signer, { signedAt });
    if (signature === 'extended') {
      await signInstaller(unsigned, target, signer, {
        signedAt,
        extended: true,
        timestamp: { by: timestamping, at: signedAt },
      });
    }
    const bytes = await readFile(target);
    const publisher = signature === 'none' ? null : { subject: signer.subject, issuer: signer.issuer };
    list[file] = { ...facts, size: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex'), publisher };
  }
  await copyFile(authority.certificate, contosoRootCertificate);
  await writeFile(join(fixtureFolder, 'fixtures.json'), `${JSON.stringify(list, null, 2)}\n`);
} finally {
  await rm(work, { recursive: true });
}
