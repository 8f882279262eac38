import { createServer, type Socket } from 'node:net';
import { portOf } from '../../balancer/loopback-servers.ts';
import { until } from '../../cluster/until.ts';
import type { ReadingLimits } from './reading/field-lines.ts';
import { type ReadRequest, readStream } from './reading/stream.ts';

/** What came to a backend in one span of time. */
export interface Recording {
  /** By connection, all bytes of the span, latin1. */
  readonly streams: readonly string[];
  /** In the order in which they were whole. */
  readonly requests: readonly ReadRequest[];
  /** Why bytes were no request. */
  readonly faults: readonly string[];
  /** Connections on which a request had begun and did not end. */
  readonly unfinished: number;
}

/** A backend that keeps every byte, reads it strictly, and answers each whole request with 200. */
export interface Recorder {
  readonly port: number;
  /** When a byte last came or a connection ended; of `performance.now()`. */
  readonly activeAt: number;
  /** What came since the last time. */
  take(): Recording;
  /** Waits until no request is half on its way: whoever gave it up has closed its connection. False when that takes too long. */
  settles(milliseconds: number): Promise<boolean>;
  /** Ends all connections, as a backend may at any time. */
  hangUp(): void;
}

interface Connection {
  readonly socket: Socket;
  /** What came since the last whole request. */
  pending: string;
  /** What came since the last `take`. */
  span: string;
  ended: boolean;
}

/** More than a client may send: the balancer adds fields of its own. */
const limits: ReadingLimits = { fields: 110, headBytes: 20_000, leastHops: 0 };

/** Closed by `closeServers`. */
export async function startRecorder(): Promise<Recorder> {
  let connections: Connection[] = [];
  let requests: ReadRequest[] = [];
  let faults: string[] = [];
  let activeAt = performance.now();

  const server = createServer((socket) => {
    const connection: Connection = { socket, pending: '', span: '', ended: false };
    connections.push(connection);
    socket.setNoDelay();
    socket.on('data', (bytes) => {
      activeAt = performance.now();
      receive(connection, bytes.toString('latin1'));
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      activeAt = performance.now();
      connection.ended = true;
    });
  });

  function receive(connection: Connection, bytes: string): void {
    connection.span += bytes;
    if (connection.socket.writableEnded) {
      faults.push('bytes behind a request that ends the connection');
      return;
    }
    connection.pending += bytes;
    const { requests: whole, ending } = readStream(connection.pending, limits);
    requests.push(...whole);
    connection.pending = connection.pending.slice(whole.at(-1)?.end ?? 0);
    for (const request of whole) answer(connection.socket, request);
    if (typeof ending === 'string' || !('fault' in ending)) return;
    faults.push(ending.fault);
    connection.socket.end('HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n');
  }

  const isUnfinished = ({ pending, ended }: Connection) => pending !== '' && !ended;
  return {
    port: await portOf(server),
    get activeAt() {
      return activeAt;
    },
    take() {
      const taken: Recording = {
        streams: connections.map(({ span }) => span).filter((span) => span !== ''),
        requests,
        faults,
        unfinished: connections.filter(({ pending }) => pending !== '').length,
      };
      connections = connections.filter(({ ended }) => !ended);
      for (const connection of connections) connection.span = '';
      [requests, faults] = [[], []];
      return taken;
    },
    settles: (milliseconds) =>
      until('no request half on its way', milliseconds, () => !connections.some(isUnfinished), 2).catch(() => false),
    hangUp() {
      for (const { socket } of connections) socket.destroy();
    },
  };
}

function answer(socket: Socket, { method, last }: ReadRequest): void {
  const head = `HTTP/1.1 200 OK\r\nContent-Length: 2\r\n${last ? 'Connection: close\r\n' : ''}\r\n`;
  const bytes = method === 'HEAD' ? head : `${head}ok`;
  if (last) socket.end(bytes);
  else socket.write(bytes);
}
