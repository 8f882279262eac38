import type { Socket } from 'node:net';
import { getSystemErrorName } from 'node:util';
import {
  findStreamBinding,
  isStreamHandle,
  type OnStreamRead,
  type StreamBinding,
  type StreamHandle,
  type WriteRequest,
} from './stream-binding.ts';

/** Whose connection it is. */
export interface DirectUser {
  /** So many octets were read to where `nextBuffer` said. */
  receive(count: number): void;
  /** Where the next read goes; undefined = where the last one went. */
  nextBuffer(): Uint8Array | undefined;
  /** Nothing is queued any more. */
  onFlushed(): void;
}

const found = findStreamBinding();

/** Whether connections can be read and written past Node's streams here. */
export const readsAndWritesDirectly = found !== undefined;

/** Hangs a direct stream to its handle, so that one function serves all of them: V8 makes faster code of that than of one for each. */
const streamKey = Symbol('direct stream');

interface DirectHandle extends StreamHandle {
  [streamKey]?: DirectStream;
}

interface QueuedWrite extends WriteRequest {
  stream?: DirectStream | undefined;
  /** Kept from the garbage collector until it is written. */
  bytes?: Uint8Array | undefined;
}

/**
 * Reads and writes a socket's connection past Node's streams, which take as long for a write as all that we do with a request. Only the
 * octets go this way: connecting, ends and errors stay the socket's. Nothing may be written to the socket itself.
 */
export class DirectStream {
  /** Octets that the kernel did not take yet. */
  queuedBytes = 0;
  /** Why a write was refused: the connection is about to be dropped. */
  private failure: Error | undefined;
  private readonly socket: Socket;
  private readonly handle: StreamHandle;
  private readonly user: DirectUser;
  private readonly binding: StreamBinding;
  /** Writes that wait for the one before them; undefined = the kernel takes as many as there are. */
  private readonly waiting: Uint8Array[] | undefined;

  private constructor(
    socket: Socket,
    handle: StreamHandle,
    user: DirectUser,
    binding: StreamBinding,
    oneByOne: boolean,
  ) {
    this.socket = socket;
    this.handle = handle;
    this.user = user;
    this.binding = binding;
    this.waiting = oneByOne ? [] : undefined;
  }

  /**
   * Takes over a socket that is connected and has an `onread` buffer. Undefined = it goes on as it is.
   * @param oneByOne it carries TLS: Node's part of that takes one write at a time, and copies what is in it
   */
  static of(socket: Socket, user: DirectUser, oneByOne = false): DirectStream | undefined {
    const owned: unknown = Reflect.get(socket, '_handle');
    if (found === undefined || !isStreamHandle(owned)) return undefined;
    const handle: DirectHandle = owned;
    const stream = new DirectStream(socket, handle, user, found, oneByOne);
    socketsOnRead = handle.onread;
    handle[streamKey] = stream;
    handle.onread = onRead;
    return stream;
  }

  /** Sends at once what the kernel takes, and queues the rest behind what is queued. True = `bytes` must not change until `onFlushed`. */
  write(bytes: Uint8Array): boolean {
    const { waiting } = this;
    if (waiting === undefined) {
      this.send(bytes);
      return this.queuedBytes > 0;
    }
    if (this.queuedBytes === 0) {
      this.send(bytes);
      return false;
    }
    waiting.push(bytes);
    this.queuedBytes += bytes.length;
    return true;
  }

  private send(bytes: Uint8Array): void {
    if (this.failure !== undefined) return;
    const { binding } = this;
    const error = this.handle.writeBuffer(spareRequest, bytes);
    if (error !== 0) {
      doneAtOnce = undefined;
      this.fail(error);
    } else if (binding.state[binding.queuedAt] !== 0) {
      if (doneAtOnce === undefined) {
        this.queuedBytes += bytes.length;
        spareRequest.stream = this;
        spareRequest.bytes = bytes;
      }
      spareRequest = binding.newRequest(onWritten);
      const status = doneAtOnce ?? 0;
      doneAtOnce = undefined;
      if (status < 0) this.fail(status);
    }
  }

  /** @param status 0, or the system's error as a negative number */
  written(octets: number, status: number): void {
    this.queuedBytes -= octets;
    if (this.socket.destroyed || this.failure !== undefined) return;
    if (status < 0) this.fail(status);
    else if (this.queuedBytes === 0) this.user.onFlushed();
    else if (this.waiting !== undefined) this.sendNext(this.waiting);
  }

  /** False: it is the socket's turn to see an end or an error. */
  read(): boolean {
    const { state, readAt } = this.binding;
    const count = state[readAt] ?? 0;
    if (this.socket.destroyed) return false;
    if (count > 0) this.user.receive(count);
    // Note: of a reset the kernel tells once. The write has heard it, and to the next read it looks like an orderly end.
    else if (count < 0 && this.failure !== undefined) this.socket.destroy(this.failure);
    else return false;
    return true;
  }

  nextBuffer(): Uint8Array | undefined {
    return this.user.nextBuffer();
  }

  private sendNext(waiting: Uint8Array[]): void {
    const next = waiting.shift();
    if (next === undefined) return;
    this.queuedBytes -= next.length;
    this.send(next);
  }

  /**
   * The peer takes no more. Note: it may have answered before, as a server does that refuses a request without reading all of it. That is
   * in the kernel still, and is read within two turns of the event loop.
   */
  private fail(error: number): void {
    if (this.failure !== undefined) return;
    const code = getSystemErrorName(error);
    const failure = Object.assign(new Error(`write ${code}`), { code, errno: error, syscall: 'write' });
    this.failure = failure;
    setImmediate(() => setImmediate(() => this.socket.destroy(failure)));
  }
}

/** Used again for each write that the kernel takes whole, which is nearly every one. */
let spareRequest: QueuedWrite = found?.newRequest(onWritten) ?? { oncomplete: onWritten };

/** How the write went that is being made, if Node has told that already: TLS does, when the peer has reset the connection. */
let doneAtOnce: number | undefined;

/** What Node's sockets have there: one function for all. */
let socketsOnRead: OnStreamRead = () => undefined;

function onRead(this: DirectHandle, bytes: unknown): Uint8Array | undefined {
  const stream = this[streamKey];
  if (stream?.read() === true) return stream.nextBuffer();
  return Reflect.apply(socketsOnRead, this, [bytes]);
}

function onWritten(this: QueuedWrite, status: number): void {
  const { stream, bytes } = this;
  this.stream = undefined;
  this.bytes = undefined;
  if (stream === undefined) doneAtOnce = status;
  else stream.written(bytes?.length ?? 0, status);
}
