import { Socket } from 'node:net';
import { type Accepted, adopt, keepAliveMilliseconds, makeSocket, plainAddress, queueBytes } from './accepted.ts';
import type { Addresses } from './addresses.ts';
import { frontRoom } from './buffers.ts';
import { DirectStream, type DirectUser } from './direct-stream.ts';
import type { OnRead } from './on-read.ts';
import { giveBack, keepHandled, ReadMemory } from './read-memory.ts';
import type { Dial, SecureSide } from './security.ts';

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

/**
 * One TCP connection with half-close, keep-alive and back-pressure, reading into memory that is used again instead of a new buffer for
 * each read: that is what keeps the memory flat under load.
 */
export class Wire implements DirectUser {
  handler: WireHandler;
  private socket: Socket;
  /** Undefined: Node does not offer it here, or it is not connected yet. */
  private direct: DirectStream | undefined;
  private readonly memory: ReadMemory;
  /** Read buffers of other wires that our queued writes refer to. */
  private borrowed: Buffer[] = [];
  private paused = true;
  /** `write` said so. */
  private full = false;
  /** Neither ended nor dropped by us, nor lost. Asking the socket would go through four of its getters for each write. */
  private writable = true;
  /** `end` was called, and waits for what is queued. */
  private ending = false;
  private error: NodeJS.ErrnoException | undefined;
  /** It carries TLS: the methods are the same, and what is read and written is what is inside. */
  readonly secure: boolean;
  /** Only with TLS: what came while we were paused, as records that are deciphered already cannot be left in the kernel. */
  private kept: Buffer[] | undefined;
  /** Behind what is kept, the other side ended. */
  private keptEnd = false;
  /** … and the connection is closed. */
  private keptClose = false;
  private told: Addresses | undefined;

  private constructor(bufferBytes: number, handler: WireHandler, open: (onread: OnRead) => Socket, secure = false) {
    this.handler = handler;
    this.secure = secure;
    this.memory = new ReadMemory(bufferBytes);
    this.socket = open({ buffer: () => this.nextBuffer(), callback: (count) => this.receive(count) });
    const socket = this.socket;
    socket.on('end', () => {
      if (this.kept === undefined) this.handler.onEnd();
      else this.keptEnd = true;
    });
    socket.on('drain', () => this.onFlushed());
    socket.on('error', (error) => {
      this.error = error;
      this.writable = false;
    });
    socket.on('close', () => this.close());
  }

  /** Starts to connect, by TLS when `dial` says how. `onConnected` or `onClosed` follows. */
  static connect(address: string, port: number, bufferBytes: number, handler: WireHandler, dial?: Dial): Wire {
    if (dial !== undefined) {
      const secure = new Wire(bufferBytes, handler, (onread) => dial.open(address, port, onread), true);
      secure.socket.on('secureConnect', () => {
        secure.direct = DirectStream.of(secure.socket, secure, true);
        secure.handler.onConnected?.();
      });
      return secure;
    }
    const wire = new Wire(bufferBytes, handler, (onread) => makeSocket({ onread }));
    wire.setOptions();
    wire.socket.on('connect', () => {
      wire.direct = DirectStream.of(wire.socket, wire);
      wire.handler.onConnected?.();
    });
    wire.socket.connect({ host: address, port });
    return wire;
  }

  /** Takes over a connection of `listen`, or one that is a wire already; reading waits for `resume`. */
  static accept(accepted: Accepted | Wire, bufferBytes: number, handler: WireHandler): Wire {
    if (accepted instanceof Wire) {
      accepted.handler = handler;
      return accepted;
    }
    if (!(accepted instanceof Socket)) {
      const bare = new Wire(bufferBytes, handler, (onread) => adopt(accepted, onread));
      bare.direct = DirectStream.of(bare.socket, bare);
      return bare;
    }

    // Node gives static read buffers to outgoing sockets only. Here data events do the same for more memory.
    const wire = new Wire(bufferBytes, handler, () => accepted);
    wire.setOptions();
    wire.readByEvents();
    return wire;
  }

  /** Takes over a connection of `listen` whose client speaks TLS, from its first byte on. `onConnected` or `onClosed` follows. */
  static acceptSecure(accepted: Accepted, bufferBytes: number, handler: WireHandler, side: SecureSide): Wire {
    const plain = accepted instanceof Socket ? accepted : undefined;
    plain?.setNoDelay(true).setKeepAlive(true, keepAliveMilliseconds);
    const open = (onread: OnRead): Socket => side.open(plain ?? accepted, onread);
    const wire = new Wire(bufferBytes, handler, open, true);
    const byEvents = plain !== undefined || !side.readsIntoBuffers;
    if (byEvents) wire.readByEvents();
    side.onSecure(wire.socket, () => {
      if (!byEvents) wire.direct = DirectStream.of(wire.socket, wire, true);
      wire.handler.onConnected?.();
    });
    return wire;
  }

  /** The peer's address without the IPv4-mapped prefix; empty once the peer is gone. */
  get remoteAddress(): string {
    return this.told?.source.address ?? plainAddress(this.socket.remoteAddress ?? '');
  }

  get remotePort(): number {
    return this.told?.source.port ?? this.socket.remotePort ?? 0;
  }

  get localAddress(): string {
    return this.told?.destination.address ?? plainAddress(this.socket.localAddress ?? '');
  }

  get localPort(): number {
    return this.told?.destination.port ?? this.socket.localPort ?? 0;
  }

  /** From now on these are the addresses of its ends: the peer only passes on what somebody else says. */
  tell(addresses: Addresses): void {
    this.told = addresses;
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
    return (this.direct?.queuedBytes ?? this.socket.writableLength) === 0;
  }

  /** Writes what stands in `bytes` from `start` to `end`. False = the queue is full: stop until `onDrained`. */
  write(bytes: Buffer, start = 0, end = bytes.length): boolean {
    if (!this.writable) return true;
    const { direct } = this;
    const part = start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end);
    if (direct === undefined) return this.writeToSocket(bytes, part);
    if (direct.queuedBytes === 0 && this.borrowed.length > 0) this.giveBack();
    if (direct.write(part)) this.borrow(bytes);
    else if (direct.queuedBytes === 0) return true;
    this.full = direct.queuedBytes >= queueBytes;
    return !this.full;
  }

  pause(): void {
    this.paused = true;
    this.socket.pause();
  }

  resume(): void {
    if (!this.paused) return;
    this.paused = false;
    this.socket.resume();
    // Note: later, because calls of the handler must not nest.
    if (this.kept !== undefined) process.nextTick(() => this.deliver());
  }

  /** Sends what is queued, then the end of our side. */
  end(): void {
    this.writable = false;
    // Note: the last word of TLS would overtake what is queued.
    if (this.secure && this.direct !== undefined && this.direct.queuedBytes > 0) this.ending = true;
    else if (!this.socket.destroyed) this.socket.end();
  }

  /**
   * Ends both sides in order. With nothing queued the connection is closed at once, so that its end leaves together with the last bytes:
   * later, a client could end it first, and run out of ports by that. Only for a peer that has nothing to send any more, as what it
   * sends now is answered with a reset.
   */
  finish(): void {
    // Without its own last word a TLS connection looks cut off.
    if (this.idle && !this.secure) this.destroy();
    else this.end();
  }

  /** Drops the connection and what is queued. */
  destroy(): void {
    this.writable = false;
    this.dropKept();
    this.socket.destroy();
  }

  /** Drops the connection with a TCP reset, so that the peer cannot take it for an orderly end. */
  reset(): void {
    this.writable = false;
    this.dropKept();
    this.socket.resetAndDestroy();
  }

  /** Node asks after each read where the next one goes. No answer = where the last one went, which spares it a call into its core. */
  nextBuffer(): Buffer | undefined {
    return this.memory.next();
  }

  /** From its stream: so much was read. */
  receive(count: number): boolean {
    const bytes = this.memory.received(count);
    if (this.secure && (this.paused || this.kept !== undefined)) {
      this.kept ??= [];
      this.kept.push(withFrontRoom(bytes.subarray(frontRoom, frontRoom + count)));
      return true;
    }
    this.handler.onBytes(bytes, frontRoom, frontRoom + count);
    return true;
  }

  /** From its stream: nothing is queued any more. */
  onFlushed(): void {
    this.giveBack();
    if (this.ending) this.socket.end();
    if (!this.full || !this.writable) return;
    this.full = false;
    this.handler.onDrained();
  }

  private writeToSocket(bytes: Buffer, part: Buffer): boolean {
    const { socket } = this;
    const behind = socket.writableLength > 0;
    if (!behind && this.borrowed.length > 0) this.giveBack();
    this.full = !socket.write(part);
    // Note: TLS has made a record of what is not queued behind another write, and needs it no more.
    if (socket.writableLength > 0 && (behind || !this.secure)) this.borrow(bytes);
    return !this.full;
  }

  /** A write from `bytes` is queued: if another wire reads to there, it has to read elsewhere meanwhile. */
  private borrow(bytes: Buffer): void {
    if (keepHandled(bytes)) this.borrowed.push(bytes);
  }

  private setOptions(): void {
    this.socket.setNoDelay(true);
    this.socket.setKeepAlive(true, keepAliveMilliseconds);
  }

  private readByEvents(): void {
    this.socket.on('data', (bytes: Buffer) => {
      const copy = withFrontRoom(bytes);
      this.handler.onBytes(copy, frontRoom, copy.length);
    });
    this.socket.pause();
  }

  /** Hands over what was kept, as long as nobody pauses again. */
  private deliver(): void {
    while (!this.paused && this.kept !== undefined) {
      const bytes = this.kept.shift();
      if (bytes === undefined) {
        this.kept = undefined;
        if (this.keptEnd) this.handler.onEnd();
      } else {
        this.handler.onBytes(bytes, frontRoom, bytes.length);
      }
    }
    if (this.kept !== undefined || !this.keptClose) return;
    this.keptClose = false;
    this.handler.onClosed(this.error);
  }

  /** Nobody wants any more of it. */
  private dropKept(): void {
    this.kept = undefined;
    if (this.keptClose) process.nextTick(() => this.deliver());
  }

  /** Everything is written: what was borrowed can be read into again. */
  private giveBack(): void {
    for (const memory of this.borrowed) giveBack(memory);
    this.borrowed = [];
  }

  private close(): void {
    this.writable = false;
    this.memory.release();
    this.giveBack();
    // Note: both sides may have ended in order while we were paused. What was kept would be cut off the end.
    if (this.kept !== undefined && this.error === undefined) {
      this.keptClose = true;
      // Who waits to write to us must not wait for ever, as what resumes us may hang on that.
      if (this.full) this.handler.onDrained();
      return;
    }
    this.kept = undefined;
    this.handler.onClosed(this.error);
  }
}

function withFrontRoom(bytes: Buffer): Buffer {
  const copy = Buffer.allocUnsafeSlow(frontRoom + bytes.length);
  bytes.copy(copy, frontRoom);
  return copy;
}
