// Signatures as signers make them and as they age, and signers that should not have signed; osslsigncode is asked too.
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  AUTHORITY,
  makeIdentity,
  SIGNER,
  TIME_STAMPER,
  type Identity,
  type IdentityRecipe,
} from './test-support/make-identity.ts';
import { makeCompoundFile } from './test-support/compound-file-maker.ts';
import { packStreamName } from './test-support/pack-stream-name.ts';
import { contentsOf, type SigningRecipe } from './test-support/sign-installer.ts';
import { openWorkshop, verdict, type Workshop } from './test-support/signing-workshop.ts';
import { temporaryFolder } from './test-support/temporary-folder.ts';
import { verifySignature } from './verify-signature.ts';

const folder = temporaryFolder();
// The certificates are made while the tests run: a minute later all of them are valid.
/** An hour on: whatever is signed while these tests run has been signed by then. */
const now = new Date(Date.now() + 3_600_000);
const later = (days: number): Date => new Date(now.getTime() + days * 86_400_000);

let shop: Workshop;
beforeAll(async () => {
  shop = await openWorkshop(folder);
});
afterAll(() => shop.close());

const thumbprint = ({ certificate }: Identity): string =>
  createHash('sha256')
    .update(new X509Certificate(readFileSync(certificate)).raw)
    .digest('hex');

describe('a good signature', () => {
  it.each<[string, () => SigningRecipe, object]>([
    [
      'RSA, SHA-256',
      () => ({ signer: shop.rsa }),
      { algorithm: 'sha256', extended: false, timestamped: false, timestampAuthority: null },
    ],
    ['RSA, SHA-256, extended', () => ({ signer: shop.rsa, extended: true }), { algorithm: 'sha256', extended: true }],
    [
      'RSA, SHA-384, extended',
      () => ({ signer: shop.rsa, digest: 'sha384', extended: true }),
      { algorithm: 'sha384', extended: true },
    ],
    ['RSA, SHA-512', () => ({ signer: shop.rsa, digest: 'sha512' }), { algorithm: 'sha512', extended: false }],
    ['ECDSA, SHA-256, extended', () => ({ signer: shop.ec, extended: true }), { algorithm: 'sha256', extended: true }],
    [
      'ECDSA, SHA-384',
      () => ({ signer: shop.ec384, digest: 'sha384', carried: [shop.intermediate] }),
      { algorithm: 'sha384' },
    ],
    [
      'RSA, time stamp',
      () => ({ signer: shop.rsa, timeStampUrl: shop.timeStampUrl }),
      { timestamped: true, algorithm: 'sha256' },
    ],
    [
      'ECDSA, time stamp, extended, intermediate',
      () => ({
        signer: shop.ec384,
        carried: [shop.intermediate, shop.root],
        extended: true,
        timeStampUrl: shop.timeStampUrl,
      }),
      { timestamped: true, timestampAuthority: 'CN=Sample Time,O=Sample Trust,C=BR', extended: true },
    ],
  ])('is valid: %s', async (_name, recipe, expected) => {
    const path = await shop.signed(recipe());
    const facts = await verifySignature(path, { now });
    expect(facts).toMatchObject({ status: 'valid', ...expected });
    expect(Math.abs(Date.parse(facts.signedAt ?? '') - now.getTime())).toBeLessThan(2 * 3_600_000);
    expect(await shop.isGoodForOthers(path)).toBe(true);
  });

  it('tells who signed, by which chain', async () => {
    const path = await shop.signed({ signer: shop.ec384, carried: [shop.root, shop.intermediate] });
    const { publisher, chain } = await verifySignature(path, { now });
    const issuerKey = new X509Certificate(readFileSync(shop.intermediate.certificate)).publicKey;
    expect(publisher).toEqual({
      subject: 'CN=Vendor,O=Ação,C=BR',
      issuer: 'CN=Sample Issuer,O=Sample Trust,C=BR',
      authorityKey: createHash('sha256')
        .update(issuerKey.export({ type: 'spki', format: 'der' }))
        .digest('hex'),
    });
    expect(chain.map(({ sha256 }) => sha256)).toEqual([shop.ec384, shop.intermediate, shop.root].map(thumbprint));
    expect(chain[0]).toMatchObject({ subject: publisher?.subject, issuer: publisher?.issuer });
    expect(chain[1]?.serial).toBe(new X509Certificate(readFileSync(shop.intermediate.certificate)).serialNumber);
  });

  it('rests on the key of the signer where no issuer is carried', async () => {
    const one = await verifySignature(await shop.signed({ signer: shop.ec }), { now });
    const other = await verifySignature(await shop.signed({ signer: shop.rsa }), { now });
    expect(one.publisher?.subject).toBe(other.publisher?.subject);
    expect(one.publisher?.authorityKey).not.toBe(other.publisher?.authorityKey);
    expect(one.chain).toHaveLength(1);
  });

  it.each([512, 4096] as const)(
    'covers storages and names that begin alike, with sectors of %i bytes',
    async (size) => {
      const content = (text: string): Buffer => Buffer.from(text);
      const children = [
        ...(await contentsOf(shop.unsigned)),
        ...['Icon.ab', 'Icon.abcd', 'Icon.abcdef', 'Icon'].map((name) => ({
          name: packStreamName(name, false),
          content: content(name),
        })),
        { name: 'empty', content: Buffer.alloc(0) },
        {
          name: 'transform',
          children: [
            { name: 'b', content: content('1') },
            { name: 'a', content: Buffer.alloc(5000, '2') },
          ],
        },
      ];
      const path = shop.path('storages.msi');
      await writeFile(path, makeCompoundFile(children, size).bytes);
      for (const extended of [false, true]) {
        const signed = await shop.signed({ signer: shop.rsa, extended }, path);
        expect(await verdict(signed, now)).toBe('valid');
        expect(await shop.isGoodForOthers(signed)).toBe(true);
      }
    },
  );

  it('may have a time stamp that names its signer in the older form', async () => {
    const path = await shop.stampedBy({ namesSignerBy: 'sha1' });
    expect(await verifySignature(path, { now })).toMatchObject({ status: 'valid', timestamped: true });
  });

  it('is none where there is none', async () => {
    expect(await verifySignature(shop.unsigned, { now })).toMatchObject({ status: 'none', publisher: null, chain: [] });
  });
});

describe('time', () => {
  it('ends a signature without a time stamp together with its certificate', async () => {
    const path = await shop.signed({ signer: shop.rsa });
    expect(await verdict(path, later(364))).toBe('valid');
    expect(await verdict(path, later(366))).toBe('installer.tampered');
    await expect(verifySignature(path, { now: later(366) })).rejects.toThrow(/expired/);
    expect(await shop.isGoodForOthers(path, later(366))).toBe(false);
  });

  it('does not end one with a time stamp', async () => {
    const path = await shop.signed({ signer: shop.rsa, timeStampUrl: shop.timeStampUrl });
    expect(await verdict(path, later(3000))).toBe('valid');
    expect(await shop.isGoodForOthers(path, later(366))).toBe(true);
  });

  it('ends one with a time stamp too, where the certificate must not outlive itself', async () => {
    const lifetime = [...SIGNER.slice(0, 2), 'extendedKeyUsage=codeSigning,1.3.6.1.4.1.311.10.3.13'];
    const signer = await shop.identity({ subject: '/CN=Lifetime', extensions: lifetime });
    const path = await shop.signed({ signer, timeStampUrl: shop.timeStampUrl });
    expect(await verdict(path, now)).toBe('valid');
    expect(await verdict(path, later(366))).toBe('installer.tampered');
  });

  it('is what only the time-stamp authorities say who are believed, where somebody says who these are', async () => {
    const path = await shop.signed({ signer: shop.rsa, timeStampUrl: shop.timeStampUrl });
    const [root, stamper, rsa] = await Promise.all(
      [shop.root, shop.stamper, shop.rsa].map(({ certificate }) => readFile(certificate, 'utf8')),
    );
    const another = await makeIdentity(folder, 'another-authority', {
      subject: '/C=BR/O=Sample Trust/CN=Sample Root',
      extensions: AUTHORITY,
    });
    const impostor = await readFile(another.certificate, 'utf8');
    const judged = (at: Date, timeStampAuthorities?: readonly (string | undefined)[]) =>
      verifySignature(path, { now: at, timeStampAuthorities: timeStampAuthorities?.map((pem) => pem ?? '') });
    for (const list of [[root], [impostor, root], [stamper]]) {
      expect(await judged(later(366), list)).toMatchObject({ status: 'valid', restsOnTimestamp: true });
    }
    for (const list of [[], [impostor], [rsa]]) {
      await expect(judged(later(366), list)).rejects.toThrow(/none of the time-stamp authorities believed here/);
      expect(await judged(now, list)).toMatchObject({ status: 'valid', timestamped: true, restsOnTimestamp: false });
    }
    // Where nobody says, whoever made the time stamp is believed, and it is said that everything rests on it.
    expect(await judged(later(366))).toMatchObject({
      restsOnTimestamp: true,
      timestampAuthority: expect.stringContaining('CN=Sample Time') as string,
    });
  });

  it('does not accept what was signed before its certificate began, or stamped in the future', async () => {
    expect(await verdict(await shop.signed({ signer: shop.rsa }), later(-1))).toBe('installer.tampered');
    const stamped = await shop.signed({ signer: shop.rsa, timeStampUrl: shop.timeStampUrl });
    await expect(verifySignature(stamped, { now: later(-1) })).rejects.toThrow(/future/);
  });
});

describe('a certificate that may not sign', () => {
  it.each<[string, readonly string[]]>([
    ['for servers', [...SIGNER.slice(0, 2), 'extendedKeyUsage=serverAuth']],
    ['for nothing in particular', SIGNER.slice(0, 2)],
    [
      'for encryption',
      ['basicConstraints=CA:FALSE', 'keyUsage=critical,keyEncipherment', 'extendedKeyUsage=codeSigning'],
    ],
    ['with a demand that nobody here understands', [...SIGNER, '1.2.3.4=critical,ASN1:NULL']],
  ])('is refused: %s', async (_name, extensions) => {
    const signer = await shop.identity({ subject: '/CN=Wrong', extensions });
    expect(await verdict(await shop.signed({ signer }), now)).toBe('installer.tampered');
  });

  it('is refused when its issuer is no authority', async () => {
    const signer = await shop.identity({ subject: '/CN=By a leaf', extensions: SIGNER, issuer: shop.ec });
    const path = await shop.signed({ signer, carried: [shop.ec, shop.root] });
    await expect(verifySignature(path, { now })).rejects.toThrow(/no authority/);
    expect(await shop.isGoodForOthers(path)).toBe(false);
  });

  it('is refused when the carried issuer only has the right name', async () => {
    const recipe = { subject: '/C=BR/O=Sample Trust/CN=Sample Issuer', extensions: AUTHORITY };
    const impostor = await makeIdentity(folder, 'impostor', recipe);
    const path = await shop.signed({ signer: shop.ec384, carried: [impostor] });
    await expect(verifySignature(path, { now })).rejects.toThrow(/did not issue/);
    expect(await verdict(await shop.signed({ signer: shop.ec384, carried: [impostor, shop.intermediate] }), now)).toBe(
      'valid',
    );
  });

  it('is refused when an authority above allows no authority below', async () => {
    const short = await shop.identity({
      subject: '/CN=Short',
      extensions: ['basicConstraints=critical,CA:TRUE,pathlen:0', AUTHORITY[1] ?? ''],
    });
    const below = await shop.identity({ subject: '/CN=Below', extensions: AUTHORITY, issuer: short });
    const signer = await shop.identity({ subject: '/CN=Far', extensions: SIGNER, issuer: below });
    await expect(verifySignature(await shop.signed({ signer, carried: [below, short] }), { now })).rejects.toThrow(
      /longer chain/,
    );
  });

  it('is refused when an authority above is for other purposes', async () => {
    const servers = await shop.identity({
      subject: '/CN=Servers',
      extensions: [...AUTHORITY, 'extendedKeyUsage=serverAuth'],
    });
    const signer = await shop.identity({ subject: '/CN=Below', extensions: SIGNER, issuer: servers });
    await expect(verifySignature(await shop.signed({ signer, carried: [servers] }), { now })).rejects.toThrow(
      /may not issue/,
    );
  });

  it.each<[string, string, readonly string[], Partial<IdentityRecipe>]>([
    ['valid', 'for time stamps alone', TIME_STAMPER, {}],
    ['installer.tampered', 'for signing programs', SIGNER, {}],
    [
      'installer.tampered',
      'for other things too',
      [...TIME_STAMPER.slice(0, 2), 'extendedKeyUsage=timeStamping,codeSigning'],
      {},
    ],
    ['installer.weak-signature', 'of a short key', TIME_STAMPER, { key: 'rsa:1024' }],
  ])('makes it %s when the time stamp comes from one %s', async (expected, _name, extensions, more) => {
    const resignedBy = await shop.identity({ subject: '/CN=Other time', extensions, ...more });
    const path = await shop.stampedBy({ resignedBy });
    expect(await verdict(path, now)).toBe(expected);
  });
});

describe('weak signatures', () => {
  it.each(['sha1', 'md5'] as const)('are refused: %s', async (digest) => {
    expect(await verdict(await shop.signed({ signer: shop.rsa, digest }), now)).toBe('installer.weak-signature');
    expect(await verdict(await shop.signed({ signer: shop.rsa, digest, extended: true }), now)).toBe(
      'installer.weak-signature',
    );
  });

  it('are refused when a certificate is signed with SHA-1', async () => {
    const signer = await shop.identity({ subject: '/CN=Old', extensions: SIGNER, digest: 'sha1' });
    expect(await verdict(await shop.signed({ signer, carried: [shop.root] }), now)).toBe('installer.weak-signature');
  });

  it('are refused when the key is short', async () => {
    const signer = await shop.identity({ subject: '/CN=Short key', extensions: SIGNER, key: 'rsa:1024' });
    expect(await verdict(await shop.signed({ signer }), now)).toBe('installer.weak-signature');
  });

  it('are refused when the time stamp is signed with SHA-1', async () => {
    const path = await shop.stampedBy({ digest: 'sha1' });
    expect(await verdict(path, now)).toBe('installer.weak-signature');
  });
});
