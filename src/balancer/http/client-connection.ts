import type { Target } from '../backend.ts';
import type { Wire, WireHandler } from '../transport/wire.ts';
import { type OwnStatus, ownAnswer } from './answers.ts';
import { type BodyWalk, walkBody } from './body-walk.ts';
import type { HttpContext } from './engine.ts';
import { Exchange, type ExchangeClient } from './exchange.ts';
import { createHeadReader, type HeadReader } from './head-reader.ts';
import { parseRequestHead, plausibleRequestStart, type RequestHead } from './request-head.ts';
import { openTunnel, openWebSocket, type Tunnel } from './tunnel.ts';

/** An idle keep-alive connection is closed after this; longer than the usual client keeps one, so that the client closes first. */
const keepAliveMilliseconds = 75_000;

/** After our last response is out, the client is read from for this long at most, so that a reset does not destroy the response. */
const lingerMilliseconds = 2000;

/** What a WebSocket's frame gets to end in, when the session is to be cut behind it. */
const lastFrameMilliseconds = 1000;

/** Head: between requests. Body: the request still comes. Waiting: it is whole. Lingering: we are done. */
type State = 'Head' | 'Body' | 'Waiting' | 'Switched' | 'Lingering' | 'Closed';

/** One client connection: its requests, one after the other. */
export class ClientConnection implements ExchangeClient, WireHandler {
  readonly #context: HttpContext;
  readonly #wire: Wire;
  readonly #onClosed: () => void;
  readonly #address: string;
  #state: State = 'Head';
  #reader: HeadReader;
  /** Of the request in hand. Its head is not kept: it would be the larger part of what a waiting request costs. */
  #method = '';
  #lastRequest = false;
  #body: BodyWalk | undefined;
  #exchange: Exchange | undefined;
  #tunnel: Tunnel | undefined;
  #endTunnelSession: (() => void) | undefined;
  /** Came behind the request that is being answered. */
  #pipelined: Buffer | undefined;
  #activeAt: number;
  /** When the head began, or the connection: its clock runs. */
  #headSince: number | undefined;
  /** When a tunnel was asked to end while a frame was under way. */
  #leavingSince: number | undefined;
  /** When our last response was seen to be out, whole. */
  #flushedAt: number | undefined;

  constructor(context: HttpContext, connect: (handler: WireHandler) => Wire, onClosed: () => void) {
    this.#context = context;
    this.#onClosed = onClosed;
    this.#reader = createHeadReader(context.limits().headBytes);
    this.#activeAt = context.now();
    this.#headSince = this.#activeAt;
    this.#wire = connect(this);
    this.#address = this.#wire.remoteAddress;
    this.#wire.resume();
  }

  get closing(): boolean {
    return this.#context.draining() || this.#lastRequest;
  }

  onBytes(bytes: Buffer): void {
    this.#activeAt = this.#context.now();
    switch (this.#state) {
      case 'Head':
        this.#readHead(bytes);
        return;
      case 'Body':
        if (this.#body !== undefined) this.#readBody(bytes, this.#body);
        return;
      case 'Waiting':
        this.#keepForLater(bytes);
        return;
      case 'Switched':
      case 'Lingering':
      case 'Closed':
    }
  }

  /** A client that ends its side while it waits for a response has gone: nobody will read the rest. */
  onEnd(): void {
    if (this.#exchange !== undefined) this.destroy();
    else this.#wire.end();
  }

  onDrained(): void {
    this.#exchange?.clientDrained();
  }

  onClosed(): void {
    this.#state = 'Closed';
    this.#exchange?.abort();
    this.#exchange = undefined;
    this.#onClosed();
  }

  tick(now: number): void {
    const { headMilliseconds, idleMilliseconds } = this.#context.limits();
    if (this.#state === 'Switched' && this.#tunnel?.told === true) this.#linger();
    const silence = now - (this.#tunnel?.activeAt ?? this.#activeAt);
    if (this.#state === 'Head') {
      if (this.#headSince === undefined) {
        // Note: not left half-open. A client that forgot the connection would never end its own side.
        if (silence > keepAliveMilliseconds) this.#linger();
      } else if (now - this.#headSince > headMilliseconds) {
        this.#context.counters.rejected('HeadTimeout');
        this.#answer(408, 'The request head did not come in time.');
      }
    } else if (this.#state === 'Lingering' && this.#wire.flushed) {
      this.#flushedAt ??= now;
      if (now - this.#flushedAt > lingerMilliseconds) this.destroy();
    } else if (this.#state === 'Lingering') {
      // A slow line may need longer for the last bytes of a large response.
      if (silence > idleMilliseconds) this.destroy();
    } else if (silence > idleMilliseconds) {
      this.#exchange?.timeOut('the backend did not answer in time');
      this.#tunnel?.destroy();
    } else if (this.#leavingSince !== undefined && now - this.#leavingSince > lastFrameMilliseconds) {
      this.#tunnel?.destroy();
    } else {
      this.#exchange?.tick(now);
    }
  }

  moveFrom(target: Target): void {
    this.#exchange?.moveFrom(target);
  }

  /** Nothing is in flight, but the next request may be on its way. */
  get waiting(): boolean {
    return this.#state === 'Head';
  }

  /** Ends the connection as soon as nothing is in flight on it. */
  finish(): void {
    if (this.#state === 'Head' && this.#reader.partial() === '') this.#linger();
  }

  /** Ends what is in flight now. Who can be told, is told. */
  cut(): void {
    this.#exchange?.timeOut('the gateway instance ended before the backend answered');
    this.#endTunnelSession?.();
    const told = this.#tunnel?.goAway();
    if (told === 'Told') this.#linger();
    else if (told === 'Soon') this.#leavingSince ??= this.#context.now();
  }

  destroy(): void {
    this.#exchange?.abort();
    this.#exchange = undefined;
    this.#state = 'Closed';
    if (this.#tunnel === undefined) this.#wire.destroy();
    else this.#tunnel.destroy();
  }

  write(bytes: Buffer): boolean {
    this.#activeAt = this.#context.now();
    return this.#wire.write(bytes);
  }

  writeWithHead(head: string, part: Buffer): boolean {
    this.#activeAt = this.#context.now();
    return this.#wire.writeWithHead(head, part);
  }

  pauseBody(): void {
    this.#wire.pause();
  }

  resumeBody(): void {
    if (this.#pipelined === undefined) this.#wire.resume();
  }

  onAnswered(status: number, last: boolean): void {
    this.#context.counters.responded(status);
    this.#exchange = undefined;
    if (last || this.closing || this.#state !== 'Waiting') {
      this.#linger();
      return;
    }
    this.#state = 'Head';
    this.#method = '';
    this.#headSince = undefined;
    const next = this.#pipelined;
    this.#pipelined = undefined;
    this.#wire.resume();
    if (next !== undefined) this.#readHead(next);
  }

  onUnanswered(status: 502 | 503 | 504, reason: string): void {
    if (status === 503) this.#context.counters.rejected('NoBackend');
    this.#answer(status, `Listener ${this.#context.listener().name}: ${reason}.`);
  }

  onBroken(): void {
    this.#exchange = undefined;
    this.#state = 'Closed';
    this.#wire.reset();
  }

  onSwitched(protocol: string, upstream: Wire, rest: Buffer, endSession: () => void): void {
    this.#context.counters.responded(101);
    this.#exchange = undefined;
    this.#state = 'Switched';
    if (this.#pipelined !== undefined) upstream.write(this.#pipelined);
    this.#pipelined = undefined;
    this.#endTunnelSession = endSession;
    const open = protocol === 'websocket' ? openWebSocket : openTunnel;
    this.#tunnel = open({ client: this.#wire, upstream, rest }, this.#context.now, () => {
      endSession();
      this.#state = 'Closed';
      this.#onClosed();
    });
  }

  #readHead(bytes: Buffer): void {
    const fresh = this.#reader.partial() === '' ? withoutEmptyLines(bytes) : bytes;
    if (fresh.length === 0) return;
    this.#headSince ??= this.#context.now();
    const whole = this.#reader.push(fresh);
    if (whole === 'TooLarge') {
      this.#refuse(431, 'the request head is too large');
      return;
    }
    if (whole === 'More') {
      if (fresh.includes('\n') && !plausibleRequestStart(this.#reader.partial())) {
        this.#refuse(400, 'the request head is not well-formed');
      }
      return;
    }
    const head = parseRequestHead(whole.text);
    if ('status' in head) this.#refuse(head.status, head.reason);
    else this.#begin(head, whole.rest);
  }

  #begin(head: RequestHead, rest: Buffer): void {
    this.#method = head.method;
    this.#lastRequest = head.close;
    this.#headSince = undefined;
    const body = walkBody(head.framing, this.#context.limits().headBytes);
    const end = body.advance(rest, 0);
    if (end === 'Bad') {
      this.#refuse(400, 'the body is not well-formed');
      return;
    }
    const complete = end !== 'More';
    this.#body = body;
    this.#state = complete ? 'Waiting' : 'Body';
    if (complete && end < rest.length) this.#keepForLater(rest.subarray(end));
    this.#exchange = new Exchange(this.#context, this, head, this.#address);
    this.#exchange.start(complete ? rest.subarray(0, end) : rest, complete);
  }

  #readBody(bytes: Buffer, body: BodyWalk): void {
    const end = body.advance(bytes, 0);
    if (end === 'Bad') {
      // Note: part of the body is out already, so the backend's connection is of no more use either.
      const answering = this.#exchange?.answering === true;
      this.#exchange?.abort();
      if (answering) this.onBroken();
      else this.#refuse(400, 'the body is not well-formed');
      return;
    }
    const complete = end !== 'More';
    if (complete) {
      this.#state = 'Waiting';
      if (end < bytes.length) this.#keepForLater(bytes.subarray(end));
    }
    this.#exchange?.body(complete ? bytes.subarray(0, end) : bytes, complete);
  }

  #keepForLater(bytes: Buffer): void {
    this.#pipelined = this.#pipelined === undefined ? Buffer.from(bytes) : Buffer.concat([this.#pipelined, bytes]);
    this.#wire.pause();
  }

  #refuse(status: OwnStatus, reason: string): void {
    this.#context.counters.rejected('BadRequest');
    this.#answer(status, `Bad request: ${reason}.`);
  }

  #answer(status: OwnStatus, sentence: string): void {
    this.#exchange = undefined;
    this.#context.counters.responded(status);
    this.write(ownAnswer(status, sentence, this.#method === 'HEAD'));
    this.#linger();
  }

  #linger(): void {
    this.#state = 'Lingering';
    this.#activeAt = this.#context.now();
    this.#wire.end();
    this.#wire.resume();
  }
}

/** RFC 9112 §2.2: empty lines before a request are ignored. */
function withoutEmptyLines(bytes: Buffer): Buffer {
  let start = 0;
  while (bytes[start] === 13 && bytes[start + 1] === 10) start += 2;
  return start === 0 ? bytes : bytes.subarray(start);
}
