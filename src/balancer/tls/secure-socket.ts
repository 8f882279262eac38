import { Socket } from 'node:net';
import { type SecureContext, TLSSocket, type TLSSocketOptions } from 'node:tls';
import { type Accepted, adopt, type ConnectionHandle } from '../transport/accepted.ts';
import type { OnRead } from '../transport/on-read.ts';

/** Of what is read and of what is written, each: what waits in a queue is memory. */
export const highWaterMark = 16_384;

const wrapHandle: unknown = Reflect.get(TLSSocket.prototype, '_wrapHandle');

/** Which connection the socket that is being made is for. */
let next: ConnectionHandle | undefined;

/**
 * Node gives read buffers of our own only to a secure socket that makes its connection itself. This one makes it of an accepted one. Note:
 * by parts of Node that are not published, like `takeConnections`; `readsIntoBuffers` says whether they are there.
 */
class BufferedTlsSocket extends TLSSocket {
  _wrapHandle(wrap: unknown, _handle: unknown, isWriting: unknown): unknown {
    return typeof wrapHandle === 'function' ? Reflect.apply(wrapHandle, this, [wrap, next, isWriting]) : undefined;
  }
}

export const readsIntoBuffers = typeof wrapHandle === 'function';

/** The server's side of TLS on an accepted connection. Without `readsIntoBuffers`, or with a socket, `onread` is left aside. */
export function serverSocket(accepted: Accepted, onread: OnRead, options: ServerOptions): TLSSocket {
  const all: TLSSocketOptions & object = {
    isServer: true,
    ...options,
    rejectUnauthorized: options.requestCert,
  };
  if (accepted instanceof Socket || !readsIntoBuffers) {
    const socket = accepted instanceof Socket ? accepted : adopt(accepted);
    return prepared(new TLSSocket(socket, all));
  }
  next = accepted;
  const secure: TLSSocket = Reflect.construct(BufferedTlsSocket, [
    undefined,
    { ...all, onread, allowHalfOpen: true, highWaterMark },
  ]);
  next = undefined;
  // Nobody tells it that the connection is there already.
  Reflect.set(secure, 'connecting', false);
  return prepared(secure);
}

export interface ServerOptions {
  readonly secureContext: SecureContext;
  /** The client must show a certificate. */
  readonly requestCert: boolean;
  readonly ALPNProtocols?: string[];
}

/** What is offered and accepted by ALPN (RFC 7301). Of what is spoken inside a TCP listener we know nothing. */
export function alpnOf(protocol: 'TCP' | 'HTTP'): { ALPNProtocols?: string[] } {
  return protocol === 'HTTP' ? { ALPNProtocols: ['http/1.1'] } : {};
}

/** What both sides need: the end of a broken connection, and a reset. */
export function prepared(socket: TLSSocket): TLSSocket {
  // Without a listener for this event, what breaks in the middle of a session would be known to nobody.
  socket.on('_tlsError', (error: Error) => socket.destroy(error));
  socket.resetAndDestroy = () => resetBelow(socket);
  return socket;
}

/** A reset belongs to TCP, so it is said to the connection below. */
function resetBelow(socket: TLSSocket): TLSSocket {
  const secure: unknown = Reflect.get(socket, '_handle');
  const below: unknown = typeof secure === 'object' && secure !== null ? Reflect.get(secure, '_parent') : undefined;
  if (typeof below === 'object' && below !== null) {
    const reset: unknown = Reflect.get(below, 'reset');
    if (typeof reset === 'function') Reflect.set(below, 'close', reset);
  }
  return socket.destroy();
}
