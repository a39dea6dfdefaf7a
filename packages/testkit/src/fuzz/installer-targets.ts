// Installers with damage anywhere, and with damage in their signature alone: facts or a refusal with a code, quickly,
// and never other facts under a good signature.
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { INSTALLER_ERROR_CODES, InstallerError, readInstaller, verifySignature } from '@usher/msi';
import { contosoInstallers } from '../installers/contoso-agent.ts';
import { requireSame, type FuzzTarget } from './fuzz-target.ts';
import { byteChanges, changedBytes, type ByteChange } from './mutations.ts';

/** When the certificates of the ready-made installers are good. */
const now = new Date('2026-11-22T12:00:00Z');

/** The SignedData of a signature begins with its content type, 1.2.840.113549.1.7.2, after two headers of DER. */
const signedDataType = Buffer.from('06092a864886f70d010702', 'hex');
const headerLength = 4;
const signatureLength = 2500;

interface DamagedInstaller {
  readonly fixture: '3.22.1' | '3.23.0' | '3.24.0';
  readonly changes: readonly ByteChange[];
}

function installerTarget(name: string, isSignatureAlone: boolean): FuzzTarget<DamagedInstaller> {
  return {
    name,
    roundSize: 100,
    slowest: 5_000,
    shrinks: true,
    open: async () => {
      const folder = mkdtempSync(join(tmpdir(), 'usher-fuzz-'));
      const path = join(folder, 'damaged.msi');
      const fixtures = contosoInstallers();
      const originals = new Map<string, { bytes: Buffer; facts: unknown; range: { start: number; end: number } }>();
      for (const [version, fixture] of Object.entries(fixtures)) {
        const bytes = readFileSync(fixture.path);
        const found = bytes.indexOf(signedDataType) - headerLength;
        const range = isSignatureAlone
          ? { start: found, end: found + signatureLength }
          : { start: 0, end: bytes.length };
        originals.set(version, { bytes, facts: await readInstaller(fixture.path), range });
      }
      const signed = ['3.22.1', '3.23.0'] as const;
      return {
        inputs: fc.record({
          fixture: isSignatureAlone ? fc.constantFrom(...signed) : fc.constantFrom(...signed, '3.24.0' as const),
          changes: byteChanges,
        }),
        check: async ({ fixture, changes }) => {
          const original = originals.get(fixture);
          if (original === undefined) throw new Error(`There is no installer ${fixture}`);
          await writeFile(path, changedBytes(original.bytes, changes, original.range));
          const facts = await unlessRefused(readInstaller(path));
          const signature = await unlessRefused(verifySignature(path, { now }));
          // Without MsiDigitalSignatureEx the names and times of the streams are not signed, only their contents.
          if (fixture !== '3.23.0' || facts === null || signature === null) return;
          if (signature.status === 'valid') requireSame('facts under a good signature', facts, original.facts);
        },
        close: () => rm(folder, { recursive: true, force: true }),
      };
    },
  };
}

async function unlessRefused<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (error instanceof InstallerError && INSTALLER_ERROR_CODES.includes(error.code)) return null;
    throw error;
  }
}

/** Damage anywhere in the file. */
export const msiTarget: FuzzTarget<DamagedInstaller> = installerTarget('msi', false);
/** Damage in the DER of the signature. */
export const signatureTarget: FuzzTarget<DamagedInstaller> = installerTarget('signature', true);
