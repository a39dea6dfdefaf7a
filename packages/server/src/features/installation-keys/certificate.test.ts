// A server certificate that no installation key has room for: said in a problem, before anything is written.
import { expect, test } from 'vitest';
import { makeInstallationKeysService } from './service.ts';

type Tools = Parameters<typeof makeInstallationKeysService>[0];

test('a certificate that is too large is a problem that says what to do', async () => {
  const certificate = `-----BEGIN CERTIFICATE-----\n${Buffer.alloc(9_000, 1).toString('base64')}\n-----END CERTIFICATE-----\n`;
  const service = makeInstallationKeysService({
    clock: { now: () => Date.parse('2026-11-22T08:00:00Z') },
    random: (size: number) => Buffer.alloc(size, 7),
    publicUrl: () => 'https://usher.example',
    certificateToTrust: () => certificate,
    trust: { rootFingerprint: () => 'a'.repeat(64) },
  } as unknown as Tools);
  const by = { actor: { kind: 'system', name: 'Usher' }, address: null } as const;
  await expect(service.create({ label: 'x', autoAuthorize: false }, by)).rejects.toMatchObject({
    code: 'key.certificate-too-large',
    message: expect.stringContaining('USHER_TLS_CERT') as string,
  });
});
