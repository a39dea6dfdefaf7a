// Listening, and the orderly end of it.
import type { AddressInfo } from 'node:net';
import type { Config } from './config.ts';
import type { App } from './http/app.ts';

/** A server that listens. */
export interface Listener {
  /** Without a slash at its end. */
  readonly url: string;
  /**
   * Takes no new connection, lets requests under way finish for at most ten seconds, then cuts them off. Calling it again
   * waits for the same end.
   */
  stop(): Promise<void>;
}

const longestFinish = 10_000;

/** Starts to listen. Rejects where the address is taken or not this machine's. */
export async function serve(app: App, config: Pick<Config, 'host' | 'port' | 'tls'>): Promise<Listener> {
  await app.listen({ host: config.host.replace(/^\[(.*)\]$/, '$1'), port: config.port });
  const { port } = app.server.address() as AddressInfo;
  let stopping: Promise<void> | undefined;
  return {
    url: `${config.tls === null ? 'http' : 'https'}://${urlHost(config.host)}:${port}`,
    stop: () => (stopping ??= close(app)),
  };
}

async function close(app: App): Promise<void> {
  const cutOff = setTimeout(() => app.server.closeAllConnections(), longestFinish);
  // A connection that is kept alive becomes idle when its request has finished, and nobody would close it then.
  const sweep = setInterval(() => app.server.closeIdleConnections(), 20);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
    clearInterval(sweep);
  }
}

/** A host as it stands in an address; one that means every address of the machine is shown as its loopback. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '[::]') return 'localhost';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
