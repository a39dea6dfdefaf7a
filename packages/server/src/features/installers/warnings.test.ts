// Warnings: one sentence for each thing that an administrator should know, by itself and beside other installers.
import { describe, expect, test } from 'vitest';
import type { InstallerFacts, InstallerWarning, SignatureFacts } from '@usher/msi';
import type { ProductInstaller } from './read-model.ts';
import { signatureWarnings, warningsOf } from './warnings.ts';

const productCode = '{11111111-2222-3333-4444-555555555555}';
const facts = (warnings: readonly InstallerWarning[] = []): InstallerFacts =>
  ({ warnings, productCode }) as unknown as InstallerFacts;
const other = (version: string, code = '{00000000-0000-0000-0000-000000000000}'): ProductInstaller =>
  ({ version, productCode: code }) as ProductInstaller;

const codesOf = (...parameters: Parameters<typeof warningsOf>) => warningsOf(...parameters).map(({ code }) => code);

describe('an installer', () => {
  test('has a sentence for everything that was found in the file', () => {
    const found = ['unsigned', 'per-user', 'blocks-downgrade'] as const;
    const warnings = warningsOf(facts(found), '3.22.1', []);
    expect(warnings.map(({ code }) => code)).toEqual(found);
    for (const { message } of warnings) expect(message).toMatch(/^[A-Z].*\.$/);
  });

  test('whose certificate has expired rests on the word of a time-stamp authority, where none is known as honest', () => {
    const chain = [
      {
        subject: 'CN=Contoso',
        issuer: 'CN=An authority',
        serial: '01',
        notBefore: '2022-01-01T00:00:00.000Z',
        notAfter: '2025-01-01T00:00:00.000Z',
        sha256: '00'.repeat(32),
      },
    ];
    const stamped: Partial<SignatureFacts> = {
      restsOnTimestamp: true,
      timestampAuthority: 'CN=Anybody',
      signedAt: '2024-06-01T00:00:00.000Z',
      chain,
    };
    const signature = stamped as SignatureFacts;
    const [warning] = signatureWarnings(signature, undefined);
    expect(warning?.code).toBe('expired-certificate');
    expect(warning?.message).toMatch(/ended on 2025-01-01.*signed before, on 2024-06-01.*said by CN=Anybody alone/);
    expect(signatureWarnings(signature, ['a list'])).toEqual([]);
    expect(signatureWarnings({ ...signature, restsOnTimestamp: false }, undefined)).toEqual([]);
  });

  test('is told from others that differ only where Windows Installer does not look', () => {
    const others = [other('3.22.1'), other('3.22.1.7'), other('3.22.1.7'), other('3.22.2')];
    expect(warningsOf(facts(), '3.22.1.5', others)).toEqual([
      {
        code: 'differs-in-fourth-field',
        message:
          'Windows Installer takes this version for the same as 3.22.1, 3.22.1.7: they differ only in the fourth field.',
      },
    ]);
    expect(codesOf(facts(), '3.22.1', [other('3.22.1.0'), other('3.22.2')])).toEqual([]);
  });

  test('is told from other versions with its ProductCode, in any case', () => {
    expect(codesOf(facts(), '3.23', [other('3.22', productCode.toLowerCase())])).toEqual(['same-product-code']);
    expect(codesOf(facts(), '3.23', [other('3.23.0', productCode)])).toEqual([]);
  });
});
