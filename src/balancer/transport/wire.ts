import { Socket } from 'node:net';
import { type Accepted, type ConnectionHandle, keepAliveMilliseconds } from './accepted.ts';
import { type BufferPool, bufferPool, frontRoom } from './buffers.ts';

/** What happens on a wire. Calls never nest, and none comes after `onClosed`. */
export interface WireHandler {
  /** Only on wires that we opened: the other side accepted. */
  onConnected?(): void;
  /**
   * What stands in `bytes` from `start` to `end` came. It is valid during the call only: copy what is to be kept. Writing it to another
   * wire is safe. The `frontRoom` octets before `start` may be written over. Note: no view of the part is handed over, as making
   * one costs more than all that is done with most of them.
   */
  onBytes(bytes: Buffer, start: number, end: number): void;
  /** The other side will send no more; our side may still write. */
  onEnd(): void;
  /** After `write` returned false: it may go on. */
  onDrained(): void;
  /** The end, whatever the reason; `error` when it was not in order. */
  onClosed(error: NodeJS.ErrnoException | undefined): void;
}

interface ReadBuffer {
  memory: Buffer;
  /** Node has read to it. */
  used: boolean;
  /** A queued write of another wire still refers to it: the next read needs another one. */
  lent: boolean;
}

/** Whose bytes were handled last: until the next read anywhere, they are the ones that may be written elsewhere. */
let reading: ReadBuffer | undefined;

/**
 * One TCP connection with half-close, keep-alive and back-pressure, reading into one buffer of its own instead of a new one for each
 * read: that is what keeps the memory flat under load.
 */
export class Wire {
  handler: WireHandler;
  private socket: Socket;
  private readonly pool: BufferPool;
  private readonly buffer: ReadBuffer;
  /** Read buffers of other wires that our queued writes refer to. */
  private borrowed: Buffer[] = [];
  private paused = true;
  /** Neither ended nor dropped by us, nor lost. Asking the socket would go through four of its getters for each write. */
  private writable = true;
  private error: NodeJS.ErrnoException | undefined;

  private constructor(bufferBytes: number, handler: WireHandler, open: (onread: OnRead) => Socket) {
    this.handler = handler;
    this.pool = bufferPool(bufferBytes);
    this.buffer = { memory: this.pool.take(), used: false, lent: false };
    this.socket = open({ buffer: () => this.nextBuffer(), callback: (count) => this.receive(count) });
    const socket = this.socket;
    socket.on('end', () => this.handler.onEnd());
    socket.on('drain', () => {
      this.giveBack();
      this.handler.onDrained();
    });
    socket.on('error', (error) => {
      this.error = error;
      this.writable = false;
    });
    socket.on('close', () => this.close());
  }

  /** Starts to connect. `onConnected` or `onClosed` follows. */
  static connect(address: string, port: number, bufferBytes: number, handler: WireHandler): Wire {
    const wire = new Wire(bufferBytes, handler, (onread) => makeSocket({ onread }));
    wire.setOptions();
    wire.socket.on('connect', () => wire.handler.onConnected?.());
    wire.socket.connect({ host: address, port });
    return wire;
  }

  /** Takes over a connection of `listen`; reading waits for `resume`. */
  static accept(accepted: Accepted, bufferBytes: number, handler: WireHandler): Wire {
    if (!(accepted instanceof Socket)) return new Wire(bufferBytes, handler, (onread) => adopt(accepted, onread));

    // Node gives static read buffers to outgoing sockets only. Here data events do the same for more memory.
    const wire = new Wire(bufferBytes, handler, () => accepted);
    wire.setOptions();
    accepted.on('data', (bytes: Buffer) => wire.receiveCopy(bytes));
    accepted.pause();
    return wire;
  }

  /** The peer's address without the IPv4-mapped prefix; empty once the peer is gone. */
  get remoteAddress(): string {
    return plainAddress(this.socket.remoteAddress ?? '');
  }

  get remotePort(): number {
    return this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return plainAddress(this.socket.localAddress ?? '');
  }

  get localPort(): number {
    return this.socket.localPort ?? 0;
  }

  get closed(): boolean {
    return !this.writable && this.socket.destroyed;
  }

  /** After `end`: everything is in the kernel's hands, so that dropping the connection now loses nothing. */
  get flushed(): boolean {
    return this.socket.writableFinished || this.socket.destroyed;
  }

  /** Everything that was written is in the kernel's hands. */
  get idle(): boolean {
    return this.socket.writableLength === 0;
  }

  /** Writes what stands in `bytes` from `start` to `end`. False = the queue is full: stop until `onDrained`. */
  write(bytes: Buffer, start = 0, end = bytes.length): boolean {
    if (!this.writable) return true;
    const { socket } = this;
    if (this.borrowed.length > 0 && socket.writableLength === 0) this.giveBack();
    const accepted = socket.write(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
    if (socket.writableLength !== 0 && reading?.memory === bytes) {
      if (!reading.lent) this.borrowed.push(bytes);
      reading.lent = true;
    }
    return accepted;
  }

  pause(): void {
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
  }

  /** Sends what is queued, then the end of our side. */
  end(): void {
    this.writable = false;
    if (!this.socket.destroyed) this.socket.end();
  }

  /**
   * Ends both sides in order. With nothing queued the connection is closed at once, so that its end leaves together with the last bytes:
   * later, a client could end it first, and run out of ports by that. Only for a peer that has nothing to send any more, as what it
   * sends now is answered with a reset.
   */
  finish(): void {
    if (this.idle) this.destroy();
    else this.end();
  }

  /** Drops the connection and what is queued. */
  destroy(): void {
    this.writable = false;
    this.socket.destroy();
  }

  /** Drops the connection with a TCP reset, so that the peer cannot take it for an orderly end. */
  reset(): void {
    this.writable = false;
    this.socket.resetAndDestroy();
  }

  private setOptions(): void {
    this.socket.setNoDelay(true);
    this.socket.setKeepAlive(true, keepAliveMilliseconds);
  }

  private receive(count: number): boolean {
    const buffer = this.buffer;
    buffer.used = true;
    reading = buffer;
    this.handler.onBytes(buffer.memory, frontRoom, frontRoom + count);
    return true;
  }

  private receiveCopy(bytes: Buffer): void {
    const copy = Buffer.allocUnsafeSlow(frontRoom + bytes.length);
    bytes.copy(copy, frontRoom);
    this.handler.onBytes(copy, frontRoom, copy.length);
  }

  /** Node asks after each read where the next one goes. No answer = where the last one went, which spares it a call into its core. */
  private nextBuffer(): Buffer | undefined {
    const buffer = this.buffer;
    if (buffer.lent) {
      buffer.memory = this.pool.take();
      buffer.lent = false;
    } else if (buffer.used) {
      return undefined;
    }
    return buffer.memory.subarray(frontRoom);
  }

  /** Everything is written: what was borrowed can be read into again. */
  private giveBack(): void {
    for (const memory of this.borrowed) bufferPool(memory.length).give(memory);
    this.borrowed = [];
  }

  private close(): void {
    this.writable = false;
    if (!this.buffer.lent) this.pool.give(this.buffer.memory);
    this.handler.onClosed(this.error);
  }
}

interface OnRead {
  buffer: () => Buffer | undefined;
  callback: (count: number) => boolean;
}

/** Half-close, and a short queue: what waits in it is memory. */
const socketOptions = { allowHalfOpen: true, writableHighWaterMark: 16_384 };

/** Node's published types know only some of the options that its sockets take. */
function makeSocket(options: object): Socket {
  const socket: Socket = Reflect.construct(Socket, [{ ...socketOptions, ...options }]);
  return socket;
}

/** `handle` and `manualStart` are what Node's own server and client give to their sockets. */
function adopt(handle: ConnectionHandle, onread: OnRead): Socket {
  return makeSocket({ handle, manualStart: true, onread, readable: true, writable: true });
}

function plainAddress(address: string): string {
  return address.startsWith('::ffff:') ? address.slice('::ffff:'.length) : address;
}
