import { connect, createServer, type Socket } from 'node:net';
import { once } from 'node:events';
import { soon } from '../kube/soon.ts';

/** One end of a TCP connection that a test reads and writes byte by byte. */
export class RawSocket {
  readonly socket: Socket;
  ended = false;
  closed = false;
  error: string | undefined;
  #text = '';

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (bytes: Buffer) => {
      this.#text += bytes.toString('latin1');
    });
    socket.on('end', () => {
      this.ended = true;
    });
    socket.on('error', (error) => {
      this.error = 'code' in error ? String(error.code) : error.message;
    });
    socket.on('close', () => {
      this.closed = true;
    });
  }

  /** All that came so far, latin1. */
  get text(): string {
    return this.#text;
  }

  send(text: string): void {
    this.socket.write(text, 'latin1');
  }

  /** Waits until `part` came (`times` times); gives all that came. */
  async receives(part: string, times = 1): Promise<string> {
    await soon(`${times} × ${JSON.stringify(part)} in ${JSON.stringify(this.#text)}`, () => {
      return this.#text.split(part).length > times;
    });
    return this.#text;
  }

  /** Waits until the other side ended its half or dropped the connection; gives all that came. */
  async ends(): Promise<string> {
    await soon(`the end of ${JSON.stringify(this.#text)}`, () => this.ended || this.closed);
    return this.#text;
  }

  async closes(): Promise<string> {
    await soon('the end of the connection', () => this.closed);
    return this.#text;
  }

  destroy(): void {
    this.socket.destroy();
  }
}

/** A client of 127.0.0.1 which keeps its half open when the other side ends. */
export function rawClient(port: number): RawSocket {
  return new RawSocket(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
}

export interface RawServer {
  readonly port: number;
  /** The connections in their order. */
  readonly connections: readonly RawSocket[];
  /** Waits for the connection with this index. */
  connection(index: number): Promise<RawSocket>;
  close(): Promise<void>;
}

/** A backend that does nothing by itself but what `onConnection` does. */
export async function rawServer(onConnection: (socket: RawSocket) => void = () => {}, port = 0): Promise<RawServer> {
  const connections: RawSocket[] = [];
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    const raw = new RawSocket(socket);
    connections.push(raw);
    onConnection(raw);
  }).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('a TCP server has a port');
  return {
    port: address.port,
    connections,
    connection: (index) => soon(`connection ${index} to the backend`, () => connections[index]),
    async close() {
      for (const connection of connections) connection.destroy();
      if (!server.listening) return;
      server.close();
      await once(server, 'close');
    },
  };
}
