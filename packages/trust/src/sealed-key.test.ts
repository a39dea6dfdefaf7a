// Tests of keys at rest.
import { describe, expect, it } from 'vitest';
import { describeSealedKey, openKey, sealKey } from './sealed-key.ts';
import { countingRandom, testKey } from './test-support/keys.ts';
import { refusalOf, refusalOfAsync } from './test-support/refusal.ts';

const key = testKey('sealed');
const sealed = await sealKey(key, { passphrase: 'correct horse', label: 'targets', random: countingRandom() });
const open = (text: string, passphrase = 'correct horse', label = 'targets') => openKey(text, { passphrase, label });
const altered = (change: (envelope: Record<string, never>) => unknown) => {
  const envelope = JSON.parse(sealed) as Record<string, never>;
  return JSON.stringify({ ...envelope, ...(change(envelope) as object) });
};

describe('a sealed key', () => {
  it('opens under its passphrase', async () => {
    expect((await open(sealed)).exportSecret()).toBe(key.exportSecret());
  });

  it('says in the clear whose it is, and nothing of the secret', () => {
    expect(describeSealedKey(sealed)).toEqual({ label: 'targets', publicKey: key.publicKey });
    expect(sealed).not.toContain(key.exportSecret());
  });

  it('takes the same passphrase in another Unicode form', async () => {
    const options = { label: 'l', random: countingRandom() };
    const text = await sealKey(key, { ...options, passphrase: 'caf\u00e9 long enough' });
    expect((await openKey(text, { passphrase: 'cafe\u0301 long enough', label: 'l' })).keyId).toBe(key.keyId);
  });

  it('does not open under another passphrase', async () => {
    expect(await refusalOfAsync(() => open(sealed, 'correct hors'))).toBe('key.wrong-passphrase');
  });

  it('does not open as another key than it was sealed as', async () => {
    expect(await refusalOfAsync(() => open(sealed, 'correct horse', 'root'))).toBe('key.wrong-label');
    expect(
      await refusalOfAsync(() =>
        open(
          altered(() => ({ label: 'root' })),
          'correct horse',
          'root',
        ),
      ),
    ).toBe('key.wrong-passphrase');
  });

  it.each([
    ['its public key', () => ({ publicKey: testKey('other').publicKey })],
    ['its data', (envelope: Record<string, string>) => ({ data: `${envelope.data ?? ''}AAAA` })],
    ['its cost', (envelope: Record<string, object>) => ({ kdf: { ...envelope.kdf, p: 2 } })],
  ])('does not open when %s was altered', async (_what, change) => {
    expect(await refusalOfAsync(() => open(altered(change as never)))).toBe('key.wrong-passphrase');
  });

  it.each([
    ['no JSON', '{'],
    ['another kind', altered(() => ({ usherSealedKey: 2 }))],
    ['an unknown member', altered(() => ({ more: 1 }))],
    ['too little data', altered(() => ({ data: 'AAAA' }))],
    ['data that are not base64url', altered(() => ({ data: '=' }))],
    ['too much memory', altered((e: Record<string, object>) => ({ kdf: { ...e.kdf, n: 2 ** 24 } }))],
    ['a cost that is no power of two', altered((e: Record<string, object>) => ({ kdf: { ...e.kdf, n: 1000 } }))],
  ])('is refused with %s', async (_what, text) => {
    expect(await refusalOfAsync(() => open(text))).toBe('key.malformed');
  });

  it('cannot be described where it is none', () => {
    expect(refusalOf(() => describeSealedKey('[]'))).toBe('key.malformed');
  });
});
