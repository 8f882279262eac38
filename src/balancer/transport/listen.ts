import { once } from 'node:events';
import { createServer } from 'node:net';
import { type Accepted, takeConnections } from './accepted.ts';

export interface Listening {
  /** The port that is in use: the one asked for, or a free one when that was 0. */
  readonly port: number;
  /** Connections are handed over bare. False: Node does not offer that here, and each costs about twice as much. */
  readonly bare: boolean;
  /** Stops to accept at once. Accepted connections stay. */
  close(): void;
}

/** The kernel's queue of connections that we did not accept yet (capped by net.core.somaxconn). */
const backlog = 4096;

/**
 * Listens and hands over each connection unread, for `Wire.accept`.
 * @param take how bare connections are taken from the server
 * @param reusePort other threads of this program listen there too, each on a socket of its own; the kernel spreads connections over them
 * @throws the system's error, such as EADDRINUSE
 */
export async function listen(
  address: string | undefined,
  port: number,
  onConnection: (accepted: Accepted) => void,
  take: typeof takeConnections = takeConnections,
  reusePort = false,
): Promise<Listening> {
  const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, onConnection);
  server.listen({ port, backlog, reusePort, ...(address === undefined ? {} : { host: address }) });
  // Rejects with the first 'error' event.
  await once(server, 'listening');
  // Later errors concern single accepts (EMFILE): the listener goes on.
  server.on('error', () => {});
  const bound = server.address();
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : port,
    bare: take(server, onConnection),
    close: () => {
      server.close();
    },
  };
}
