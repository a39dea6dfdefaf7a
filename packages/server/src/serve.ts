// Listening, and the orderly end of it.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
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
  readonly stop: () => Promise<void>;
}

const longestFinish = 10_000;
const sweepEvery = 50;

/** Starts to listen. Rejects where the address is taken or not this machine's. */
export async function serve(app: App, config: Pick<Config, 'host' | 'port' | 'tls'>): Promise<Listener> {
  const connections = watchConnections(app);
  await app.listen({ host: config.host.replace(/^\[(.*)\]$/, '$1'), port: config.port });
  const { port } = app.server.address() as AddressInfo;
  let stopping: Promise<void> | undefined;
  return {
    url: `${config.tls === null ? 'http' : 'https'}://${urlHost(config.host)}:${port}`,
    stop: () => (stopping ??= close(app, connections)),
  };
}

async function close(app: App, connections: Connections): Promise<void> {
  const cutOff = setTimeout(() => connections.end('all'), longestFinish);
  const sweep = setInterval(() => connections.end('idle'), sweepEvery);
  try {
    await app.close();
  } finally {
    clearTimeout(cutOff);
    clearInterval(sweep);
  }
}

interface Connections {
  /** Ends those without a request under way, or all. */
  end(which: 'idle' | 'all'): void;
}

/**
 * Knows which connections have a request under way. Node's `closeIdleConnections` does not: a connection that a browser opened
 * ahead of its first request counts as busy there, and would hold up the end; and one that is kept alive is only looked at once.
 */
function watchConnections(app: App): Connections {
  const all = new Set<Socket>();
  const established = new Set<Socket>();
  const requests = new Map<Socket, number>();
  const keepIn = (set: Set<Socket>) => (socket: Socket) => {
    set.add(socket);
    socket.once('close', () => set.delete(socket));
  };
  app.server.on('connection', keepIn(all));
  // Over TLS requests come on a socket around the connection's own.
  app.server.on('secureConnection', keepIn(established));
  app.server.on('request', ({ socket }: IncomingMessage, response: ServerResponse) => {
    requests.set(socket, (requests.get(socket) ?? 0) + 1);
    response.once('close', () => {
      const left = (requests.get(socket) ?? 1) - 1;
      if (left > 0) requests.set(socket, left);
      else requests.delete(socket);
    });
  });
  return {
    end: (which) => {
      const overTls = app.initialConfig.https !== undefined && app.initialConfig.https !== false;
      const candidates = which === 'all' ? all : overTls ? established : all;
      for (const socket of candidates) {
        if (which === 'all' || !requests.has(socket)) socket.destroy();
      }
    },
  };
}

/** A host as it stands in an address; one that means every address of the machine is shown as its loopback. */
export function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::' || host === '[::]') return 'localhost';
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
}
