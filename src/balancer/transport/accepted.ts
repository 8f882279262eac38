import { type Server, Socket } from 'node:net';
import type { OnRead } from './on-read.ts';

/** The operating system's connection as Node's core has it, before a socket is put around it. */
export interface ConnectionHandle {
  readStart(): unknown;
}

/** A connection that was accepted and not read from yet: the bare one, or, where that cannot be had, a socket of Node's server. */
export type Accepted = ConnectionHandle | Socket;

/** TCP keep-alive starts after this silence; the kernel then gives up after about 10 s more. */
export const keepAliveMilliseconds = 30_000;

/**
 * Takes accepted connections before Node's server makes a socket of each, which could not be given a read buffer of our own: it would
 * have to be thrown away for another one, at half the cost of a connection. Note: by parts of Node that are not published. False where
 * they are not as we know them; then nothing was changed, and the server goes on with its 'connection' events.
 */
export function takeConnections(server: Server, onConnection: (handle: ConnectionHandle) => void): boolean {
  const listening: unknown = Reflect.get(server, '_handle');
  if (typeof listening !== 'object' || listening === null) return false;
  const accept: unknown = Reflect.get(listening, 'onconnection');
  if (typeof accept !== 'function' || !setInheritedOptions(listening)) return false;
  return Reflect.set(listening, 'onconnection', (error: unknown, handle: unknown) => {
    if (error === 0 && isConnection(handle)) onConnection(handle);
    else Reflect.apply(accept, listening, [error, handle]);
  });
}

/** Linux gives an accepted connection the options of its listening socket: set there once, they cost no system call for each. */
function setInheritedOptions(listening: object): boolean {
  const setNoDelay: unknown = Reflect.get(listening, 'setNoDelay');
  const setKeepAlive: unknown = Reflect.get(listening, 'setKeepAlive');
  if (typeof setNoDelay !== 'function' || typeof setKeepAlive !== 'function') return false;
  const noDelay: unknown = Reflect.apply(setNoDelay, listening, [true]);
  const keepAlive: unknown = Reflect.apply(setKeepAlive, listening, [true, keepAliveMilliseconds / 1000]);
  return noDelay === 0 && keepAlive === 0;
}

function isConnection(handle: unknown): handle is ConnectionHandle {
  return typeof handle === 'object' && handle !== null && 'readStart' in handle;
}

/** Turns a connection away with a TCP reset. */
export function resetAccepted(accepted: Accepted): void {
  const socket: Socket = accepted instanceof Socket ? accepted : Reflect.construct(Socket, [{ handle: accepted }]);
  socket.resetAndDestroy();
}

/** With so much queued a connection is full: short, as what waits there is memory. */
export const queueBytes = 16_384;

const socketOptions = { allowHalfOpen: true, writableHighWaterMark: queueBytes };

/** Node's published types know only some of the options that its sockets take. */
export function makeSocket(options: object): Socket {
  const socket: Socket = Reflect.construct(Socket, [{ ...socketOptions, ...options }]);
  return socket;
}

/** A socket around a bare connection. `handle` and `manualStart` are what Node's own server and client give to theirs. */
export function adopt(handle: ConnectionHandle, onread?: OnRead): Socket {
  const reading = onread === undefined ? {} : { onread };
  return makeSocket({ handle, manualStart: true, readable: true, writable: true, ...reading });
}

/** The peer's address without the IPv4-mapped prefix; empty once the peer is gone. */
export function peerAddress(accepted: Accepted): string {
  if (accepted instanceof Socket) return plainAddress(accepted.remoteAddress ?? '');
  const name: { address?: string } = {};
  const getpeername: unknown = Reflect.get(accepted, 'getpeername');
  if (typeof getpeername === 'function') Reflect.apply(getpeername, accepted, [name]);
  return plainAddress(name.address ?? '');
}

/** On a dual-stack socket IPv4 addresses have an IPv6 form (RFC 4291 §2.5.5.2). */
export function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
