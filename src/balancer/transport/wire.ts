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

/** Where small messages are put together before they are written; up to this size, copying is cheaper than one more system call. */
const assemblyBytes = 8192;
let assembly = takeReadBuffer(assemblyBytes);

/** A read buffer, and whether a queued write of another wire still refers to it: then the next read needs another one. */
interface ReadBuffer {
  memory: Buffer;
  lent: boolean;
}

/** Whose bytes are being handled right now. */
let reading: ReadBuffer | undefined;

/**
 * One TCP connection with half-close, keep-alive and back-pressure, reading into one buffer of its own instead of a new one for each
 * read: that is what keeps the memory flat under load.
 */
export class Wire {
  handler: WireHandler;
  #socket: Socket;
  readonly #buffer: ReadBuffer;
  /** Read buffers of other wires that our queued writes refer to. */
  #borrowed: Buffer[] = [];
  #closed = false;
  #error: NodeJS.ErrnoException | undefined;

  private constructor(bufferBytes: number, handler: WireHandler, open: (onread: OnRead) => Socket) {
    this.handler = handler;
    this.#buffer = { memory: takeReadBuffer(bufferBytes), lent: false };
    this.#socket = open({ buffer: () => this.#nextBuffer(), callback: (count) => this.#receive(count) });
    const socket = this.#socket;
    socket.on('end', () => this.handler.onEnd());
    socket.on('drain', () => {
      this.#giveBack();
      this.handler.onDrained();
    });
    socket.on('error', (error) => {
      this.#error = error;
    });
    socket.on('close', () => this.#close());
    socket.setNoDelay(true);
    socket.setKeepAlive(true, keepAliveMilliseconds);
  }

  /** Starts to connect. `onConnected` or `onClosed` follows. */
  static connect(address: string, port: number, bufferBytes: number, handler: WireHandler): Wire {
    const wire = new Wire(bufferBytes, handler, (onread) => makeSocket({ onread }));
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

  /** After `end`: everything is in the kernel's hands, so that dropping the connection now loses nothing. */
  get flushed(): boolean {
    return this.#socket.writableFinished || this.#socket.destroyed;
  }

  /** False = the queue is full: stop until `onDrained`. */
  write(bytes: Buffer): boolean {
    const socket = this.#socket;
    if (socket.destroyed || socket.writableEnded) return true;
    if (socket.writableLength === 0) this.#giveBack();
    const accepted = socket.write(bytes);
    if (socket.writableLength !== 0 && reading !== undefined && bytes.buffer === reading.memory.buffer) {
      if (!reading.lent) this.#borrowed.push(reading.memory);
      reading.lent = true;
    }
    return accepted;
  }

  /** Writes a head (latin1) and the body part behind it: as one packet, without new memory, when both are small enough. */
  writeWithHead(head: string, part: Buffer): boolean {
    if (head.length + part.length > assembly.length) {
      const accepted = this.write(Buffer.from(head, 'latin1'));
      return this.write(part) && accepted;
    }
    const headEnd = assembly.write(head, 'latin1');
    const end = headEnd + part.copy(assembly, headEnd);
    const accepted = this.write(assembly.subarray(0, end));
    if (this.#socket.writableLength === 0) return accepted;
    this.#borrowed.push(assembly);
    assembly = takeReadBuffer(assemblyBytes);
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
    const { memory } = this.#buffer;
    reading = this.#buffer;
    try {
      this.handler.onBytes(count === memory.length ? memory : memory.subarray(0, count));
    } finally {
      reading = undefined;
    }
    return true;
  }

  #nextBuffer(): Buffer {
    if (this.#buffer.lent) {
      this.#buffer.memory = takeReadBuffer(this.#buffer.memory.length);
      this.#buffer.lent = false;
    }
    return this.#buffer.memory;
  }

  /** Everything is written: what was borrowed can be read into again. Left to the garbage collector, it would pile up between its runs. */
  #giveBack(): void {
    for (const memory of this.#borrowed) giveReadBuffer(memory);
    this.#borrowed = [];
  }

  #close(): void {
    this.#closed = true;
    if (!this.#buffer.lent) giveReadBuffer(this.#buffer.memory);
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

/** Half-close, and a short queue: what waits in it is memory. */
const socketOptions = { allowHalfOpen: true, writableHighWaterMark: 16_384 };

/** Node's published types know only some of the options that its sockets take. */
function makeSocket(options: object): Socket {
  const socket: Socket = Reflect.construct(Socket, [{ ...socketOptions, ...options }]);
  return socket;
}

/** `handle` and `pauseOnCreate` are what Node's own server gives to its sockets. */
function adoptHandle(handle: object, onread: OnRead): Socket {
  return makeSocket({ handle, pauseOnCreate: true, onread, readable: true, writable: true });
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
