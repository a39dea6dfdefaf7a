// By which part of its address a caller is counted where tries are limited.
import { isIPv6 } from 'node:net';

/**
 * The address itself for IPv4, and its network of 64 bits for IPv6: whoever has one address there has all of them (RFC 4291, section
 * 2.5.1; RFC 6177). An IPv4 address within an IPv6 one (RFC 4291, section 2.5.5.2) is that. What is no address stays as it is.
 */
export function countedAddress(address: string): string {
  const [plain = ''] = address.split('%');
  if (!isIPv6(plain)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  // An IPv4 address at the end takes the room of two groups.
  const length = before.length + after.length + (plain.includes('.') ? 1 : 0);
  const left = Array.from({ length: tail === undefined ? 0 : 8 - length }, () => '0');
  const network = [...before, ...left, ...after].slice(0, 4);
  return `${network.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`;
}
