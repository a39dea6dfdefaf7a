// Security descriptors as Get-Acl writes them: whose a folder is, and who may change it.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { numericSid, securityDescriptorIn } from './security-descriptor.ts';

const changers = (text: string) =>
  securityDescriptorIn(text)
    ?.grants?.filter(({ changes }) => changes)
    .map(({ sid }) => sid);

describe('a security descriptor', () => {
  test('of the machine’s own folder names its owner, inherits nothing, and lets two change it', () => {
    expect(securityDescriptorIn('owner\r\nO:SYG:SYD:PAI(A;OICI;FA;;;SY)(A;OICI;0x1f01ff;;;BA)\r\n')).toEqual({
      owner: 'SY',
      isProtected: true,
      grants: ['SY', 'BA'].map((sid) => ({ sid, changes: true, isForAllBelow: true, isEverything: true })),
    });
  });

  test('as ProgramData hands it down lets users make files in it', () => {
    const inherited = '(A;OICIID;FA;;;SY)(A;OICIID;FA;;;BA)(A;OICIIOID;GA;;;CO)(A;OICIID;0x1200a9;;;BU)';
    const text = `O:BAG:SYD:AI${inherited}(A;CIID;DCLCRPCR;;;BU)`;
    expect(securityDescriptorIn(text)?.isProtected).toBe(false);
    expect(changers(text)).toEqual(['SY', 'BA', 'CO', 'BU']);
  });

  test.each([
    ['a list that is not there', 'O:SYG:SY'],
    ['no list', 'O:SYG:SYD:NO_ACCESS_CONTROL'],
    ['no list, though protected', 'O:SYG:SYD:PNO_ACCESS_CONTROL'],
  ])('with %s lets everybody do everything', (_, text) => {
    expect(securityDescriptorIn(text)).toEqual({ owner: 'SY', isProtected: false, grants: null });
  });

  test.each(['FR', 'FRFX', 'GRGX', '0x1200a9', '0x80000000', 'CCSWWPLORC', '0xa01200a9'])('%s only reads', (rights) => {
    expect(changers(`O:SYG:SYD:P(A;OICI;${rights};;;BU)`)).toEqual([]);
  });

  test.each([
    'FA',
    'FW',
    'GA',
    'GW',
    'WD',
    'WO',
    'SD',
    'FRDC',
    'LC',
    'RP',
    'DT',
    'CR',
    '0x1301bf',
    '0x40000000',
    '2',
    '?',
  ])('%s changes', (rights) => {
    expect(changers(`O:SYG:SYD:P(A;OICI;${rights};;;BU)`)).toEqual(['BU']);
  });

  test('with a condition lets somebody do what it says, and what is denied to somebody lets nobody', () => {
    const conditional = '(XA;OICI;FA;;;BU;(@User.Title=="PM" && (Member_of {SID(BA)})))';
    expect(changers(`O:SYG:SYD:P(D;OICI;FA;;;AU)${conditional}(A;;FA;;;S-1-5-21-1-2-3-1001)`)).toEqual([
      'BU',
      'S-1-5-21-1-2-3-1001',
    ]);
  });

  test('ends before what is audited', () => {
    expect(changers('O:SYG:SYD:P(A;;FA;;;SY)S:AI(AU;SAFA;FA;;;WD)(ML;;NW;;;HI)')).toEqual(['SY']);
  });

  test('is only one that begins with its owner; whatever else stands in a text', () => {
    expect(securityDescriptorIn('owner\r\nG:SYD:(A;;FA;;;SY)')).toBeNull();
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('O', ':', 'D', '(', ';', ')', 'A', 'S', '\n', 'Y') }), (text) => {
        const found = securityDescriptorIn(text);
        expect(found === null || /^[A-Z]{2}$/.test(found.owner)).toBe(true);
      }),
    );
  });
});

test('an id is given in numbers where it is the same on every machine', () => {
  expect(['BU', 'S-1-5-21-1-2-3-1001', 'LA'].map(numericSid)).toEqual(['S-1-5-32-545', 'S-1-5-21-1-2-3-1001', null]);
});
