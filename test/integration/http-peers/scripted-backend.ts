import { createServer, type Socket } from 'node:net';
import { portOf } from '../../balancer/loopback-servers.ts';

/** A backend that answers as a script says: each connection and each request by its number. */
export interface ScriptedBackend {
  readonly port: number;
  readonly connections: readonly Socket[];
  /** Heads of requests in the order in which they came, latin1. */
  readonly heads: readonly string[];
}

/** @param answer gives what to send for the request with this head; it may close the socket. Closed by `closeServers`. */
export async function startScripted(
  answer: (head: string, socket: Socket) => string | undefined,
): Promise<ScriptedBackend> {
  const connections: Socket[] = [];
  const heads: string[] = [];
  const server = createServer((socket) => {
    connections.push(socket);
    let pending = '';
    socket.setNoDelay();
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      pending += bytes.toString('latin1');
      for (let end = pending.indexOf('\r\n\r\n'); end !== -1; end = pending.indexOf('\r\n\r\n')) {
        const head = pending.slice(0, end);
        pending = pending.slice(end + 4);
        heads.push(head);
        const bytesBack = answer(head, socket);
        if (bytesBack !== undefined) socket.write(bytesBack, 'latin1');
      }
    });
  });
  return { connections, heads, port: await portOf(server) };
}
