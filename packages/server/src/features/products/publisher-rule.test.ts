// Whose signature a product accepts: names and the key that vouches for them, under each rule.
import { describe, expect, test } from 'vitest';
import type { JudgedSignature, ListedPublisher } from './publisher-rule.ts';
import { listedPublisher, publisherFault } from './publisher-rule.ts';

const key = 'a'.repeat(64);
const otherKey = 'b'.repeat(64);

const certificate = (subject: string, issuer: string) => ({
  subject,
  issuer,
  serial: '01',
  notBefore: '2026-01-01T00:00:00.000Z',
  notAfter: '2027-01-01T00:00:00.000Z',
  sha256: 'c'.repeat(64),
});

const signed: JudgedSignature = {
  publisher: { subject: 'CN=Vendor', issuer: 'CN=Issuing', authorityKey: key },
  chain: [certificate('CN=Vendor', 'CN=Issuing'), certificate('CN=Issuing', 'CN=Root')],
};
const unsigned: JudgedSignature = { publisher: null, chain: [] };

const entry = (subject: string, issuer: string, authorityKey = ''): ListedPublisher => ({
  subject,
  issuer,
  authorityKey,
});

describe('a signature', () => {
  test.each([
    ['any', [], unsigned, null],
    ['any', [entry('CN=Other', 'CN=Issuing')], signed, null],
    ['signed', [], unsigned, 'installer.unsigned'],
    ['signed', [], signed, null],
    ['signed', [entry('CN=Vendor', 'CN=Issuing', key)], signed, null],
    ['signed', [entry('CN=Vendor', 'CN=Issuing')], signed, null],
    ['signed', [entry('CN=Vendor', 'CN=Issuing', otherKey)], signed, 'installer.untrusted'],
    ['signed', [entry('CN=Vendor', 'CN=Another')], signed, 'installer.untrusted'],
    ['signed', [entry('CN=Other', 'CN=Issuing', key)], signed, 'installer.untrusted'],
    ['signed', [entry('CN=Other', 'CN=Issuing'), entry('CN=Vendor', 'CN=Issuing', key)], signed, null],
    ['trusted', [], unsigned, 'installer.unsigned'],
    ['trusted', [], signed, 'installer.untrusted'],
    ['trusted', [entry('CN=Vendor', 'CN=Issuing', key)], signed, null],
    ['trusted', [entry('CN=Issuing', 'CN=Root')], signed, null],
    ['trusted', [entry('CN=Issuing', 'CN=Root', otherKey)], signed, 'installer.untrusted'],
    ['trusted', [entry('CN=Vendor', 'CN=Root')], signed, 'installer.untrusted'],
  ] as const)('under %s with %j', (signature, publishers, judged, fault) => {
    expect(publisherFault({ signature, publishers }, judged)).toBe(fault);
  });

  test('fits the entry of its signer before one of its issuer', () => {
    const bySigner = entry('CN=Vendor', 'CN=Issuing', key);
    expect(listedPublisher([entry('CN=Issuing', 'CN=Root'), bySigner], signed)).toBe(bySigner);
  });
});
