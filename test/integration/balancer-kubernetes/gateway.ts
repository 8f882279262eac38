import { once } from 'node:events';
import { connect, createServer } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** A gateway of every pod at once: tells each client which address it was reached at, then echoes lines. */
export interface Gateways {
  close(): Promise<void>;
}

/** Listens on all addresses, as the readiness of a pod asks for; only loopback is ever connected to. */
export async function startGateways(port: number): Promise<Gateways> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {}).on('close', () => sockets.delete(socket));
    socket.write(`${socket.localAddress?.replace('::ffff:', '')}\n`);
    socket.pipe(socket);
  });
  server.listen(port, '0.0.0.0');
  await once(server, 'listening');
  return {
    close: async () => {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, 'close');
    },
  };
}

/** An open session of a client. */
export interface Session {
  /** Which gateway answered. */
  readonly gateway: string;
  /** Sends a line and returns what comes back; throws when the session is cut. */
  echo(line: string): Promise<string>;
  close(): void;
}

/** Opens a session through a balancer. */
export async function openSession(host: string, port: number): Promise<Session> {
  const socket = connect(port, host);
  socket.on('error', () => {});
  const lines = createInterface(socket)[Symbol.asyncIterator]();
  const nextLine = async (): Promise<string> => {
    const line = await lines.next();
    if (line.done === true) throw new Error('the session was cut');
    return line.value;
  };
  const gateway = await nextLine();
  return {
    gateway,
    echo: (line) => {
      socket.write(`${line}\n`);
      return nextLine();
    },
    close: () => socket.destroy(),
  };
}
