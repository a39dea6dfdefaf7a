// An inspection in a worker says the same as one here, and outlives every file.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { inspectInstaller } from './inspect-installer.ts';
import { readInstaller } from './read-installer.ts';
import { makeCompoundFile } from './test-support/compound-file-maker.ts';
import { makeIdentity, SIGNER } from './test-support/make-identity.ts';
import { makeInstaller } from './test-support/make-installer.ts';
import { signInstaller } from './test-support/sign-installer.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';
import { verifySignature } from './verify-signature.ts';

const folder = temporaryFolder();
/** An hour on: whatever is signed while these tests run has been signed by then. */
const now = new Date(Date.now() + 3_600_000);

let unsigned: string;
let signed: string;
beforeAll(async () => {
  unsigned = await makeInstaller(folder, 'plain.msi');
  const signer = await makeIdentity(folder, 'signer', { subject: '/CN=Vendor', extensions: SIGNER });
  signed = await signInstaller(folder, 'signed.msi', unsigned, { signer, extended: true });
});

describe('an inspection in a worker', () => {
  it('says what reading and verifying say', async () => {
    for (const path of [unsigned, signed]) {
      expect(await inspectInstaller(path, { now })).toEqual({
        facts: await readInstaller(path),
        signature: await verifySignature(path, { now }),
      });
    }
  });

  it('judges by the time that it is given', async () => {
    const afterwards = new Date(now.getTime() + 400 * 86_400_000);
    await expect(inspectInstaller(signed, { now: afterwards })).rejects.toMatchObject({ code: 'installer.tampered' });
  });

  it('refuses with the same error', async () => {
    const path = join(folder, 'text.msi');
    await writeFile(path, 'This is no installer.');
    await expect(inspectInstaller(path, { now })).rejects.toMatchObject({
      name: 'InstallerError',
      code: 'installer.not-msi',
      message: expect.stringContaining('not a Windows Installer package') as string,
    });
  });

  it('passes on what the file system says', async () => {
    const missing = join(folder, 'nothing.msi');
    await expect(inspectInstaller(missing, { now })).rejects.toMatchObject({ code: 'ENOENT', syscall: 'open' });
  });

  it('refuses a file that takes too long', async () => {
    const started = inspectInstaller(signed, { now, timeoutMs: 1 });
    await expect(started).rejects.toMatchObject({ code: 'installer.malformed' });
    await expect(started).rejects.toThrow(/longer than 1 ms/);
  });

  it('refuses a file that takes too much memory, and lives on', async () => {
    const greedy = join(folder, 'greedy.msi');
    const streams = Array.from({ length: 16_000 }, (_, index) => ({ name: `s${index}`, content: Buffer.alloc(0) }));
    await writeFile(greedy, makeCompoundFile(streams).bytes);
    await expect(inspectInstaller(greedy, { now })).rejects.toThrow(/no pool of texts/);
    const started = inspectInstaller(greedy, { now, memoryLimitMb: 16 });
    await expect(started).rejects.toMatchObject({ code: 'installer.malformed' });
    await expect(started).rejects.toThrow(/reading it failed/);
    expect((await inspectInstaller(signed, { now })).signature.status).toBe('valid');
  });

  it('does not start with a limit that would end the whole process', async () => {
    await expect(inspectInstaller(signed, { now, memoryLimitMb: 15 })).rejects.toBeInstanceOf(RangeError);
  });
});
