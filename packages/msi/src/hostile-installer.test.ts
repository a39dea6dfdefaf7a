// Whatever is done to a package's bytes: an error with a code, quickly, and never anything else.
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { INSTALLER_ERROR_CODES, InstallerError } from './installer-error.ts';
import type { InstallerFacts } from './installer-facts.ts';
import { readInstaller } from './read-installer.ts';
import { makeCompoundFile } from './test-support/compound-file-maker.ts';
import { makeIdentity, SIGNER } from './test-support/make-identity.ts';
import { makeInstaller } from './test-support/make-installer.ts';
import { packStreamName } from './test-support/pack-stream-name.ts';
import { signInstaller } from './test-support/sign-installer.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';
import { verifySignature } from './verify-signature.ts';

const folder = temporaryFolder();
/** An hour on: whatever is signed while these tests run has been signed by then. */
const now = new Date(Date.now() + 3_600_000);
/** Milliseconds of the processor that one file may take: what others do at the same time does not count. */
const LONGEST = 2000;

let original: Buffer;
let originalFacts: InstallerFacts;
beforeAll(async () => {
  const [installer, signer] = await Promise.all([
    makeInstaller(folder, 'plain.msi'),
    makeIdentity(folder, 'signer', { subject: '/CN=Vendor', extensions: SIGNER }),
  ]);
  const path = await signInstaller(folder, 'signed.msi', installer, { signer, extended: true });
  original = await readFile(path);
  originalFacts = await readInstaller(path);
});

const codeOf = (work: Promise<unknown>, accepted: (value: unknown) => void = () => undefined): Promise<string> =>
  work.then(
    (value) => {
      accepted(value);
      return 'accepted';
    },
    (error: unknown) => {
      if (error instanceof InstallerError && INSTALLER_ERROR_CODES.includes(error.code)) return error.code;
      throw error;
    },
  );

/** What reading the facts and verifying the signature of these bytes comes to; anything unforeseen is thrown. */
async function outcomes(bytes: Buffer): Promise<{ facts: string; signature: string }> {
  const path = join(folder, 'hostile.msi');
  await writeFile(path, bytes);
  const start = process.cpuUsage();
  let found: unknown;
  const facts = await codeOf(readInstaller(path), (value) => (found = value));
  const signature = await codeOf(verifySignature(path, { now }));
  const { user, system } = process.cpuUsage(start);
  expect((user + system) / 1000).toBeLessThan(LONGEST);
  // Names, sizes and contents of all streams are signed here: where the signature holds, nothing that is read differs.
  if (facts === 'accepted' && signature === 'accepted') expect(found).toEqual(originalFacts);
  return { facts, signature };
}

it('accepts the package as it is', async () => {
  expect(await outcomes(original)).toEqual({ facts: 'accepted', signature: 'accepted' });
});

it('refuses it cut off at every sector, and in the middle of every sector', async () => {
  for (let length = 0; length < original.length; length += 256) {
    const { facts, signature } = await outcomes(original.subarray(0, length));
    const expected = length < 512 ? 'installer.not-msi' : 'installer.malformed';
    expect(facts, `facts of ${length} bytes`).toBe(expected);
    expect(signature, `signature of ${length} bytes`).toBe(expected);
  }
});

describe('with random damage', () => {
  const place = fc.nat({ max: 1_000_000 });

  it('never fails in another way, and never tells other facts under a good signature', async () => {
    const flip = fc.tuple(place, fc.integer({ min: 0, max: 7 }));
    await fc.assert(
      fc.asyncProperty(fc.array(flip, { minLength: 1, maxLength: 4 }), async (flips) => {
        const bytes = Buffer.from(original);
        for (const [at, bit] of flips) {
          const index = at % bytes.length;
          bytes[index] = (bytes[index] ?? 0) ^ (1 << bit);
        }
        await outcomes(bytes);
      }),
      { numRuns: 120 },
    );
  });

  it('never fails in another way when numbers become absurd', async () => {
    const absurd = fc.constantFrom(0, 1, 0x7fffffff, 0x80000000, 0xfffffffa, 0xfffffffc, 0xfffffffe, 0xffffffff);
    await fc.assert(
      fc.asyncProperty(place, absurd, async (at, value) => {
        const bytes = Buffer.from(original);
        bytes.writeUInt32LE(value, (at * 4) % (bytes.length - 3));
        await outcomes(bytes);
      }),
      { numRuns: 120 },
    );
  });

  it('never fails in another way when sectors change places', async () => {
    await fc.assert(
      fc.asyncProperty(place, place, async (from, to) => {
        const bytes = Buffer.from(original);
        const sectors = bytes.length / 512;
        original.copy(bytes, (to % sectors) * 512, (from % sectors) * 512, ((from % sectors) + 1) * 512);
        await outcomes(bytes);
      }),
      { numRuns: 60 },
    );
  });

  it('never fails in another way on bytes that only begin like a package', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 512, maxLength: 4096 }), async (noise) => {
        const bytes = Buffer.concat([original.subarray(0, 512), noise]);
        expect((await outcomes(bytes)).facts).not.toBe('accepted');
      }),
      { numRuns: 30 },
    );
  });
});

describe('with streams that say absurd things', () => {
  const table = (name: string): string => packStreamName(name, true);
  const hex = (text: string): Buffer => Buffer.from(text, 'hex');
  /** One text, "T", in a pool of code page 0. */
  const pool = [
    { name: table('_StringPool'), content: hex('0000000001000100') },
    { name: table('_StringData'), content: Buffer.from('T') },
  ];

  it.each([
    ['no pool of texts', []],
    ['a pool without end', [{ name: table('_StringPool'), content: Buffer.alloc(5 * 1024 * 1024) }, pool[1]!]],
    ['columns without end', [...pool, { name: table('_Columns'), content: Buffer.alloc(8 * 40_000) }]],
    ['a column that is not complete', [...pool, { name: table('_Columns'), content: Buffer.alloc(8) }]],
    ['half a row', [...pool, { name: table('_Tables'), content: Buffer.alloc(3) }]],
    ['a table without a name', [...pool, { name: table('_Tables'), content: Buffer.alloc(2) }]],
    ['a text that does not exist', [...pool, { name: table('_Tables'), content: hex('0700') }]],
    [
      'a table without columns, but with rows',
      [...pool, { name: table('_Tables'), content: hex('0100') }, { name: table('T'), content: hex('0100') }],
    ],
    [
      'a column number twice',
      [
        ...pool,
        { name: table('_Tables'), content: hex('0100') },
        { name: table('_Columns'), content: hex('01000100 01800180 01000100 02850285'.replaceAll(' ', '')) },
      ],
    ],
    ['no summary information', [...pool, { name: table('_Tables'), content: hex('0100') }]],
  ])('refuses %s', async (_name, streams) => {
    expect((await outcomes(makeCompoundFile(streams).bytes)).facts).toBe('installer.malformed');
  });
});
