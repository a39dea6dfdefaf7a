// Signed files as attackers change them: every kind of place, and osslsigncode's opinion where it looks there too.
import { readFile, writeFile } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readDer, type DerNode } from './der.ts';
import { InstallerError } from './installer-error.ts';
import type { SignatureFacts } from './signature-facts.ts';
import { SIGNATURE_EX_STREAM, SIGNATURE_STREAM } from './signature-streams.ts';
import { makeInstaller } from './test-support/make-installer.ts';
import { packStreamName } from './test-support/pack-stream-name.ts';
import { rewritten, signatureOf } from './test-support/sign-installer.ts';
import { openWorkshop, verdict, type Workshop } from './test-support/signing-workshop.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';
import { verifySignature } from './verify-signature.ts';

const folder = temporaryFolder();
// The certificates are made while the tests run: a minute later all of them are valid.
/** An hour on: whatever is signed while these tests run has been signed by then. */
const now = new Date(Date.now() + 3_600_000);

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop(folder);
});
afterAll(() => shop.close());

/** The unsigned attribute that holds a time stamp: 1.3.6.1.4.1.311.3.3.1. */
const isStamp = ({ tag, children }: DerNode): boolean =>
  tag === 0x30 && Buffer.from(children[0]?.raw ?? []).toString('hex') === '060a2b060104018237030301';

function findStamp(node: DerNode): DerNode {
  const below = (parent: DerNode): DerNode[] => [parent, ...parent.children.flatMap(below)];
  return below(node).find(isStamp)!;
}

/** DER written again, with other bytes for the elements that `replace` gives some for. */
function encoded(node: DerNode, replace: (node: DerNode) => Uint8Array | null): Buffer {
  const other = replace(node);
  if (other !== null) return Buffer.from(other);
  if (node.children.length === 0) return Buffer.from(node.raw);
  const content = Buffer.concat(node.children.map((child) => encoded(child, replace)));
  const { length } = content;
  const head = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.from([node.tag, ...head]), content]);
}

describe('a signed file that was changed', () => {
  /** Where something lies in a file: changing it there must be seen. */
  type Place = (bytes: Buffer) => number;
  const after =
    (what: string | Buffer, distance = 0): Place =>
    (bytes) => {
      const index = bytes.indexOf(what);
      if (index < 0) throw new Error(`There is no ${what.toString('hex')}`);
      return index + distance;
    };
  const entry = (name: string): Buffer => Buffer.from(name, 'utf16le');
  const oid = (hex: string): Buffer => Buffer.from(hex, 'hex');
  /** The content of a stream below 4096 bytes, as osslsigncode lays it out: all such streams lie one after another. */
  const stored = (bytes: Buffer, name: string): Buffer => {
    const place = bytes.indexOf(entry(name));
    const first = bytes.readUInt32LE(place + 116);
    const miniStream = (bytes.readUInt32LE(bytes.indexOf(entry('Root Entry')) + 116) + 1) * 512;
    return bytes.subarray(miniStream + first * 64, miniStream + first * 64 + bytes.readUInt32LE(place + 120));
  };
  const cabinetEntry = entry(packStreamName('sample.cab', false));

  let plainFile: Buffer;
  let extendedFile: Buffer;
  beforeAll(async () => {
    const recipe = { signer: shop.rsa, carried: [shop.root], timeStampUrl: shop.timeStampUrl };
    plainFile = await readFile(await shop.signed(recipe));
    extendedFile = await readFile(await shop.signed({ ...recipe, extended: true }));
  });

  async function changed(original: Buffer, place: Place): Promise<string> {
    const bytes = Buffer.from(original);
    const index = place(bytes);
    bytes[index] = (bytes[index] ?? 0) ^ 0x01;
    const path = shop.path('changed.msi');
    await writeFile(path, bytes);
    return path;
  }

  it.each<[string, Place]>([
    ['a byte of its cabinet', after('MSCF', 40)],
    ['a letter of a text', after('Usher Sample', 3)],
    ['the class of the package', after(entry('Root Entry'), 80)],
    ['the signed digest of the content', after(oid('0609608648016503040201'), 40)],
    ['the digest among the signed attributes', after(oid('06092a864886f70d010904'), 16)],
    ['the type among the signed attributes', after(oid('06092a864886f70d010903'), 22)],
    ['the time among the signed attributes', after(oid('06092a864886f70d010905'), 20)],
    ['the name in the certificate of the signer', after('Vendor, Inc.')],
  ])('is refused: %s', async (_name, place) => {
    for (const original of [plainFile, extendedFile]) {
      const path = await changed(original, place);
      expect(await verdict(path, now)).toBe('installer.tampered');
      expect(await shop.isGoodForOthers(path)).toBe(false);
    }
  });

  // osslsigncode takes a time stamp that does not hold for one that is not there.
  it.each<[string, Place]>([
    ['the time stamp', after(oid('060b2a864886f70d0109100104'), 60)],
    ['the digest of the time stamp', after(oid('060b2a864886f70d0109100104'), 50)],
    ['the certificate that the time stamp names', after(oid('060b2a864886f70d010910022f'), 40)],
    ['the name in the certificate of the time stamp', after('Sample Time')],
  ])('is refused by its time stamp: %s', async (_name, place) => {
    for (const original of [plainFile, extendedFile]) {
      expect(await verdict(await changed(original, place), now)).toBe('installer.tampered');
    }
  });

  it.each<[string, Place]>([
    ['the name of a stream', after(cabinetEntry)],
    ['a time of a stream', after(cabinetEntry, 100)],
    ['a state bit of a stream', after(cabinetEntry, 96)],
    ['a state bit of the package', after(entry('Root Entry'), 96)],
  ])('is refused where the signature is extended: %s', async (_name, place) => {
    const path = await changed(extendedFile, place);
    expect(await verdict(path, now)).toBe('installer.tampered');
    expect(await shop.isGoodForOthers(path)).toBe(false);
  });

  it('is refused when the hash over names and times is another one', async () => {
    const path = await changed(extendedFile, (bytes) => bytes.indexOf(stored(bytes, SIGNATURE_EX_STREAM)));
    expect(await verdict(path, now)).toBe('installer.tampered');
  });

  it('is refused when the extension is made to look like any other stream', async () => {
    // Hashed before all others under another name too, it would hide that names and times were signed.
    for (const name of [
      '\u0004MsiDigitalSignatureEx',
      packStreamName('00', false),
      '\u0005DocumentSummaryInformation',
    ]) {
      const from = shop.path('extended.msi');
      await writeFile(from, extendedFile);
      const output = shop.path('renamed.msi');
      await rewritten(
        from,
        output,
        (_, content) => content,
        (old) => (old === SIGNATURE_EX_STREAM ? name : old),
      );
      expect(await verdict(output, now)).toBe('installer.tampered');
    }
  });

  it('is not seen to be changed where a plain signature does not look: a time', async () => {
    const path = await changed(plainFile, after(cabinetEntry, 100));
    expect(await verdict(path, now)).toBe('valid');
    expect(await shop.isGoodForOthers(path)).toBe(true);
  });

  it.each([
    ['one byte', Buffer.from('x')],
    ['one zero', Buffer.alloc(1)],
    ['a sector of zeros', Buffer.alloc(512)],
    ['a Java archive', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(2000, 7)])],
  ])('is refused when it has bytes after its end: %s', async (_name, appended) => {
    for (const original of [plainFile, extendedFile, await readFile(shop.unsigned)]) {
      const path = shop.path('appended.msi');
      await writeFile(path, Buffer.concat([original, appended]));
      await expect(verifySignature(path, { now })).rejects.toThrow(`${appended.length} bytes after its end`);
      expect(await verdict(path, now)).toBe('installer.tampered');
    }
  });

  it('is refused when the appended bytes are called used, but belong to nothing', async () => {
    const bytes = Buffer.concat([extendedFile, Buffer.alloc(512, 'x')]);
    const sector = bytes.length / 512 - 2;
    const fat = bytes.readUInt32LE(76 + Math.floor(sector / 128) * 4);
    bytes.writeUInt32LE(0xfffffffe, (fat + 1) * 512 + (sector % 128) * 4);
    const path = shop.path('orphan.msi');
    await writeFile(path, bytes);
    expect(await verdict(path, now)).toBe('installer.tampered');
  });

  it('is refused when a stream was added, or half of the signature removed', async () => {
    const from = shop.path('extended.msi');
    await writeFile(from, extendedFile);
    const same = await rewritten(from, shop.path('same.msi'), (_, content) => content);
    expect(await verdict(same, now)).toBe('valid');
    const without = (left: string): Promise<string> =>
      rewritten(from, shop.path('without.msi'), (name, content) => (name === left ? null : content));
    expect(await verdict(await without(SIGNATURE_EX_STREAM), now)).toBe('installer.tampered');
    expect(await verdict(await without(SIGNATURE_STREAM), now)).toBe('installer.tampered');
    expect(await verdict(await without('\u0005SummaryInformation'), now)).toBe('installer.tampered');
  });

  it('is refused when it carries the signature, or the time stamp, of another file', async () => {
    const signer = { signer: shop.rsa, carried: [shop.root], timeStampUrl: shop.timeStampUrl };
    const first = await shop.signed(signer);
    const otherInstaller = await makeInstaller(folder, 'other.msi', { version: '9.9.9' });
    const second = await shop.signed(signer, otherInstaller);
    const [mine, theirs] = [await signatureOf(first), await signatureOf(second)];
    const withSignature = (signature: Buffer): Promise<string> =>
      rewritten(first, shop.path('transplant.msi'), (name, content) =>
        name === SIGNATURE_STREAM ? signature : content,
      );
    expect(await verdict(await withSignature(mine), now)).toBe('valid');
    expect(await verdict(await withSignature(theirs), now)).toBe('installer.tampered');
    const stamp = findStamp(readDer(theirs));
    const mixed = encoded(readDer(mine), (node) => (isStamp(node) ? stamp.raw : null));
    await expect(verifySignature(await withSignature(mixed), { now })).rejects.toThrow(/made for another signature/);
  });

  it('never comes out as signed by somebody else, whatever bit of the signature is changed', async () => {
    const path = shop.path('bits.msi');
    await writeFile(path, extendedFile);
    const der = await signatureOf(path);
    const original = await verifySignature(path, { now });
    // What is not signed itself can be left out by anyone: a time stamp, and certificates above the signer's. Then the
    // time is not proven, and nobody but the signer's own key vouches for its name.
    const own = await verifySignature(await shop.signed({ signer: shop.rsa, extended: true }), { now });
    const keys = [original, own].map(({ publisher }) => publisher?.authorityKey);
    const proven = ({ status, algorithm, extended, chain, publisher, ...time }: SignatureFacts): object => ({
      ...{ status, algorithm, extended, signer: chain[0] },
      publisher: { ...publisher, authorityKey: keys.includes(publisher?.authorityKey) },
      time: time.timestamped ? time : 'not proven',
    });
    const allowed = [proven(original), { ...proven(original), time: 'not proven' }];
    const bit = fc.tuple(fc.nat(der.length - 1), fc.nat(7));
    await fc.assert(
      fc.asyncProperty(bit, async ([index, shift]) => {
        const bytes = Buffer.from(der);
        bytes[index] = (bytes[index] ?? 0) ^ (1 << shift);
        const output = shop.path('bit.msi');
        await rewritten(path, output, (name, content) => (name === SIGNATURE_STREAM ? bytes : content));
        const facts = await verifySignature(output, { now }).catch((error: unknown) => error);
        if (facts instanceof InstallerError) expect(facts.code).toMatch(/^installer\.(tampered|weak-signature)$/);
        else expect(allowed).toContainEqual(proven(facts as SignatureFacts));
      }),
      { numRuns: 100 },
    );
  });

  it('is refused when its signature is cut off, empty, or followed by something', async () => {
    const path = shop.path('cut.msi');
    await writeFile(path, plainFile);
    const der = await signatureOf(path);
    const verdictOf = async (signature: Buffer): Promise<string> =>
      verdict(
        await rewritten(path, shop.path('cut-2.msi'), (name, content) =>
          name === SIGNATURE_STREAM ? signature : content,
        ),
        now,
      );
    expect(await verdictOf(der)).toBe('valid');
    expect(await verdictOf(Buffer.concat([der, Buffer.alloc(3)]))).toBe('valid');
    for (const signature of [
      Buffer.alloc(0),
      der.subarray(0, 1),
      der.subarray(0, der.length - 1),
      Buffer.concat([der, Buffer.from([1])]),
      Buffer.concat([der, Buffer.alloc(8)]),
      Buffer.alloc(2 * 1024 * 1024, 0x30),
    ]) {
      expect(await verdictOf(signature)).toBe('installer.tampered');
    }
  });
});
