// Which proxy an address is reached through, by HTTPS_PROXY, HTTP_PROXY and NO_PROXY, as other programs read them.
import { BlockList, isIP } from 'node:net';
import { ClientError } from '../client-error.ts';

/** A proxy, as the environment names it. */
export interface ProxyServer {
  /** True where the connection to the proxy itself is TLS. */
  readonly isSecure: boolean;
  readonly host: string;
  readonly port: number;
  /** The value of `Proxy-Authorization`; null where the address holds no name and password. */
  readonly authorization: string | null;
}

/**
 * The proxy for a server's address; null where it is reached directly. A loopback address always is: it means this
 * machine and not the proxy's, and plain HTTP, which the client speaks to no other, must not leave the machine.
 * @throws ClientError `proxy.failed` where the variable holds no address of a proxy
 */
export function proxyFor(url: URL, environment: Readonly<Record<string, string | undefined>>): ProxyServer | null {
  if (isLoopback(url.hostname) || isExcepted(url, variable(environment, 'no_proxy'))) return null;
  const given = variable(environment, url.protocol === 'https:' ? 'https_proxy' : 'http_proxy');
  return given === '' ? null : parseProxy(given);
}

/** Whether a URL's host means this machine. */
export function isLoopback(hostname: string): boolean {
  return /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** A variable in small letters or, where that is not set, in capitals; as curl reads it. */
function variable(environment: Readonly<Record<string, string | undefined>>, name: string): string {
  return (environment[name] ?? environment[name.toUpperCase()] ?? '').trim();
}

function parseProxy(given: string): ProxyServer {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `http://${given}`;
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || url.hostname === '' || !['http:', 'https:'].includes(url.protocol)) {
    // The value may hold a password: it is not repeated.
    throw new ClientError(
      'proxy.failed',
      'The proxy that the environment names (HTTPS_PROXY) is not the address of an HTTP proxy. Ask your administrator.',
    );
  }
  const isSecure = url.protocol === 'https:';
  const credentials = `${decode(url.username)}:${decode(url.password)}`;
  return {
    isSecure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (isSecure ? 443 : 80)),
    authorization: credentials === ':' ? null : `Basic ${Buffer.from(credentials).toString('base64')}`,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that was not written as %25: taken as it stands.
    return text;
  }
}

/**
 * NO_PROXY: names that hold for their subdomains too, addresses, networks (`10.0.0.0/8`), each with a port or without,
 * separated by commas or spaces; `*` means everything.
 */
function isExcepted(url: URL, list: string): boolean {
  const host = plainHost(url.hostname);
  const port = url.port || (url.protocol === 'https:' ? '443' : '80');
  return list
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => entry === '*' || isMatch(entry.toLowerCase(), host, port));
}

function isMatch(entry: string, host: string, port: string): boolean {
  const parts = /^(\[[^\]]+\]|[^:]*)(?::(\d+))?$/.exec(entry);
  if (parts?.[2] !== undefined && parts[2] !== port) return false;
  // More than one colon without brackets: an IPv6 address as it stands, or a network of those.
  const name = plainHost(parts?.[1] ?? entry);
  const family = isIP(host);
  if (family !== 0) return name === host || isInNetwork(name, host, family === 6 ? 'ipv6' : 'ipv4');
  const suffix = name.replace(/^\*?\.+/, '');
  return suffix !== '' && (host === suffix || host.endsWith(`.${suffix}`));
}

function plainHost(hostname: string): string {
  return hostname
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/\.$/, '');
}

function isInNetwork(network: string, host: string, family: 'ipv4' | 'ipv6'): boolean {
  const [address = '', bits = ''] = network.split('/');
  const widest = family === 'ipv6' ? 128 : 32;
  if (isIP(address) !== (family === 'ipv6' ? 6 : 4) || !/^\d{1,3}$/.test(bits) || Number(bits) > widest) return false;
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  return block.check(host, family);
}
