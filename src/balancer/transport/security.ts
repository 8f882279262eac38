import type { Socket } from 'node:net';
import type { Accepted } from './accepted.ts';
import type { OnRead } from './on-read.ts';

/** Makes a secure connection of one that was accepted: the server's side of TLS. */
export interface SecureSide {
  /** False: what was read comes as 'data' events of the socket, as bare connections cannot be had. */
  readonly readsIntoBuffers: boolean;
  open(accepted: Accepted, onread: OnRead): Socket;
  /** Calls back when the handshake is over and the client may stay. */
  onSecure(socket: Socket, callback: () => void): void;
}

/** Opens secure connections to backends: the client's side of TLS. Its sockets say 'secureConnect' when the backend is the right one. */
export interface Dial {
  /** Tells the connections that it opens from those of another way to the same backend. */
  readonly key: string;
  open(address: string, port: number, onread: OnRead): Socket;
}

/** How a listener speaks TLS: with its clients, and with its backends. Undefined = it does not. */
export interface Security {
  readonly side: SecureSide | undefined;
  readonly dial: Dial | undefined;
}
