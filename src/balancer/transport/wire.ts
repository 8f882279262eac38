import { Socket } from 'node:net';
import { giveReadBuffer, takeReadBuffer } from './read-buffers.ts';

/** What happens on a wire. Calls never nest, and none comes after `onClosed`. */
export interface WireHandler {
  /** Only on wires that we opened: the other side accepted. */
  onConnected?(): void;
  /** `bytes` are valid during the call only: copy what is to be kept. Writing them to another wire is safe. */
  onBytes(bytes: Buffer): void;
  /** The other side will send no more; our side may still write. */
  onEnd(): void;
  /** After `write` returned false: it may go on. */
  onDrained(): void;
  /** The end, whatever the reason; `error` when it was not in order. */
  onClosed(error: NodeJS.ErrnoException | undefined): void;
}

/** TCP keep-alive starts after this silence; the kernel then gives up after about 10 s more. */
const keepAliveMilliseconds = 30_000;

/** Marks the read buffer whose bytes are being handled right now as lent; undefined between reads. */
let lendReadBuffer: (() => void) | undefined;

/**
 * One TCP connection with half-close, keep-alive and back-pressure, reading into one buffer of its own instead of a new one for each
 * read: that is what keeps the memory flat under load.
 */
export class Wire {
  handler: WireHandler;
  #socket: Socket;
  #buffer: Buffer;
  /** A queued write still refers to `#buffer`, so the next read needs another one. */
  #lent = false;
  readonly #lend = (): void => {
    this.#lent = true;
  };
  #closed = false;
  #error: NodeJS.ErrnoException | undefined;

  private constructor(bufferBytes: number, handler: WireHandler, open: (onread: OnRead) => Socket) {
    this.handler = handler;
    this.#buffer = takeReadBuffer(bufferBytes);
    this.#socket = open({ buffer: () => this.#nextBuffer(), callback: (count) => this.#receive(count) });
    const socket = this.#socket;
    socket.on('end', () => this.handler.onEnd());
    socket.on('drain', () => this.handler.onDrained());
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => this.#close());
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMilliseconds);
  }

  /** Starts to connect. `onConnected` or `onClosed` follows. */
  static connect(address: string, port: number, bufferBytes: number, handler: WireHandler): Wire {
    const wire = new Wire(bufferBytes, handler, (onread) => new Socket({ allowHalfOpen: true, onread }));
    wire.#socket.on('connect', () => wire.handler.onConnected?.());
    wire.#socket.connect({ host: address, port });
    return wire;
  }

  /** Takes over a connection that a server accepted with `pauseOnConnect`; reading waits for `resume`. */
  static accept(accepted: Socket, bufferBytes: number, handler: WireHandler): Wire {
    const handle = detachHandle(accepted);
    if (handle === undefined) return Wire.#wrap(accepted, bufferBytes, handler);

    return new Wire(bufferBytes, handler, (onread) => adoptHandle(handle, onread));
  }

  /** Node gives static read buffers to outgoing sockets only. Where its insides changed, data events do the same for more memory. */
  static #wrap(accepted: Socket, bufferBytes: number, handler: WireHandler): Wire {
    const wire = new Wire(bufferBytes, handler, () => accepted);
    accepted.on('data', (bytes: Buffer) => wire.handler.onBytes(bytes));
    accepted.pause();
    return wire;
  }

  /** The peer's address without the IPv4-mapped prefix; empty once the peer is gone. */
  get remoteAddress(): string {
    return plainAddress(this.#socket.remoteAddress ?? '');
  }

  get remotePort(): number {
    return this.#socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return plainAddress(this.#socket.localAddress ?? '');
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  get closed(): boolean {
    return this.#closed || this.#socket.destroyed;
  }

  /** False = the queue is full: stop until `onDrained`. */
  write(bytes: Buffer): boolean {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return true;
    const accepted = socket.write(bytes);
    if (socket.writableLength !== 0) lendReadBuffer?.();
    return accepted;
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Sends what is queued, then the end of our side. */
  end(): void {
    if (!this.#socket.destroyed) this.#socket.end();
  }

  /** Drops the connection and what is queued. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Drops the connection with a TCP reset, so that the peer cannot take it for an orderly end. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #receive(count: number): boolean {
    lendReadBuffer = this.#lend;
    try {
      this.handler.onBytes(this.#buffer.subarray(0, count));
    } finally {
      lendReadBuffer = undefined;
    }
    return true;
  }

  #nextBuffer(): Buffer {
    if (!this.#lent) return this.#buffer;
    this.#lent = false;
    this.#buffer = takeReadBuffer(this.#buffer.length);
    return this.#buffer;
  }

  #close(): void {
    this.#closed = true;
    if (!this.#lent) giveReadBuffer(this.#buffer);
    this.handler.onClosed(this.#error);
  }
}

interface OnRead {
  buffer: () => Buffer;
  callback: (count: number) => boolean;
}

/** Takes the operating system's connection out of a socket and leaves the socket empty. Undefined where Node keeps it elsewhere. */
function detachHandle(socket: Socket): object | undefined {
  const handle: unknown = Reflect.get(socket, '_handle');
  if (typeof handle !== 'object' || handle === null || !('readStop' in handle)) return undefined;
  Reflect.set(socket, '_handle', null);
  socket.destroy();
  return handle;
}

/** `handle` and `pauseOnCreate` are what Node's own server gives to the constructor; its published types leave them out. */
function adoptHandle(handle: object, onread: OnRead): Socket {
  const options = { handle, pauseOnCreate: true, allowHalfOpen: true, onread, readable: true, writable: true };
  const socket: Socket = Reflect.construct(Socket, [options]);
  return socket;
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
