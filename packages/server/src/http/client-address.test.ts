// By which part of its address a caller is counted.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { countedAddress } from './client-address.ts';

test.each([
  ['192.0.2.7', '192.0.2.7'],
  ['::ffff:192.0.2.7', '192.0.2.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0db8:0001:0002::', '2001:db8:1:2::/64'],
  ['2001:DB8:1:2:ffff::1', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ['64:ff9b::192.0.2.7', '64:ff9b:0:0::/64'],
  ['what a proxy made up', 'what a proxy made up'],
])('%s counts as %s', (address, counted) => {
  expect(countedAddress(address)).toBe(counted);
});

test('whoever changes the last 64 bits of an address is the same, and another network is another', () => {
  const group = fc.integer({ min: 0, max: 0xffff }).map((value) => value.toString(16));
  const groups = (length: number) => fc.array(group, { minLength: length, maxLength: length });
  fc.assert(
    fc.property(groups(4), groups(4), groups(4), groups(4), (network, host, otherHost, other) => {
      const counted = countedAddress([...network, ...host].join(':'));
      expect(countedAddress([...network, ...otherHost].join(':'))).toBe(counted);
      const isSame = countedAddress([...other, ...host].join(':')) === counted;
      expect(isSame).toBe(network.join(':') === other.join(':'));
    }),
    { numRuns: 200 },
  );
});
