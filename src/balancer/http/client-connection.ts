import type { Target } from '../backend.ts';
import type { RejectReason } from '../metrics/counters.ts';
import type { Wire, WireHandler } from '../transport/wire.ts';
import { type OwnStatus, ownAnswer } from './answers.ts';
import { BodyPace } from './body-pace.ts';
import { behindEmptyLines, isHalfEmptyLine } from './empty-lines.ts';
import { Exchange, type ExchangeClient, type SwitchedEnds, tunnelProtocol } from './exchange.ts';
import { type ClientLines, linesOf } from './forward-request.ts';
import type { HttpContext } from './http-context.ts';
import { MessageBody } from './message-body.ts';
import { PartialHead } from './partial-head.ts';
import { RequestHead } from './request-head.ts';
import { RequestRecord } from './request-record.ts';
import { SwitchedConnection } from './switched-connection.ts';
import { incomplete, malformed } from './verdicts.ts';

/** An idle keep-alive connection is closed after this; longer than the usual client keeps one, so that the client closes first. */
const keepAliveMilliseconds = 75_000;

/** After our last response is out, the client is read from for this long at most, so that a reset does not destroy the response. */
const lingerMilliseconds = 2000;

/** One for all connections: a head is passed on before anything else is read. */
const requestHead = new RequestHead();

/** Head: between requests. Body: the request still comes. Waiting: it is whole. Lingering: we are done. */
type State = 'Head' | 'Body' | 'Waiting' | 'Switched' | 'Lingering' | 'Closed';

/** One client connection: its requests, one after the other. What they need is made once and used again. */
export class ClientConnection implements ExchangeClient, WireHandler {
  private readonly context: HttpContext;
  private readonly wire: Wire;
  private readonly forget: () => void;
  private readonly lines: ClientLines;
  private readonly exchange: Exchange;
  private readonly body = new MessageBody();
  private state: State = 'Head';
  /** Of a head or a trailer section that did not come in one read, or of an empty line before a request. */
  private partial: PartialHead | undefined;
  /** Of the request in hand. Its head is not kept: it would be the larger part of what a waiting request costs. */
  private toHead = false;
  private lastRequest = false;
  private switched: SwitchedConnection | undefined;
  /** Came behind the request that is being answered. */
  private pipelined: Buffer | undefined;
  /** As of the last tick, and whether bytes went through since then: so the clock is read twice a second, not for each read. */
  private activeAt: number;
  private active = true;
  /** When the head of the request in hand was whole. */
  private beganAt = 0;
  /** Octets from and to the client. */
  private received = 0;
  private sent = 0;
  /** Of the request in hand, if the access log is to tell of it. */
  private record: RequestRecord | undefined;
  private readonly pace = new BodyPace();
  /** When the head began, or the connection: its clock runs. */
  private headSince: number | undefined;
  /** When our last response was seen to be out, whole. */
  private flushedAt: number | undefined;

  constructor(context: HttpContext, connect: (handler: WireHandler) => Wire, forget: () => void) {
    this.context = context;
    this.forget = forget;
    this.activeAt = context.now();
    this.headSince = this.activeAt;
    this.exchange = new Exchange(context, this);
    this.wire = connect(this);
    this.lines = linesOf(this.wire.remoteAddress, this.wire.secure, context.forwardedHeader());
    this.wire.resume();
  }

  get closing(): boolean {
    return this.lastRequest || this.context.recent.draining;
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    this.active = true;
    this.received += end - start;
    this.context.counters.received.value += end - start;
    switch (this.state) {
      case 'Head':
        this.readHead(bytes, start, end);
        return;
      case 'Body':
        this.receiveBody(bytes, start, end);
        return;
      case 'Waiting':
        this.keepForLater(bytes, start, end);
        return;
      case 'Switched':
      case 'Lingering':
      case 'Closed':
      default:
    }
  }

  /** A client that ends its side while it waits for a response has gone: nobody will read the rest. */
  onEnd(): void {
    if (this.exchange.over) this.wire.end();
    else this.destroy();
  }

  onDrained(): void {
    this.exchange.clientDrained();
  }

  onClosed(): void {
    this.state = 'Closed';
    if (this.record !== undefined) this.writeRecord(this.exchange.answerStatus, false);
    this.exchange.abort();
    this.forget();
  }

  tick(now: number): void {
    if (this.active) this.activeAt = now;
    this.active = false;
    if (this.state === 'Head') this.tickHead(now);
    else if (this.state === 'Body' && this.isSlow(now)) this.giveUp('BodyTimeout', 408, 'The body came too slowly.');
    else if (this.state === 'Lingering') this.tickLingering(now);
    else if (this.state === 'Switched') this.tickSwitched(now);
    else if (now - this.activeAt <= this.context.limits().idleMilliseconds) this.exchange.tick(now);
    else if (!this.exchange.over) this.exchange.timeOut('the backend did not answer in time');
  }

  moveFrom(target: Target): void {
    this.exchange.moveFrom(target);
  }

  /** A request is in hand. */
  get answering(): boolean {
    return this.state === 'Body' || this.state === 'Waiting';
  }

  /** Nothing is in flight, but the next request may be on its way. */
  get waiting(): boolean {
    return this.state === 'Head';
  }

  /** Ends the connection as soon as nothing is in flight on it. */
  finish(): void {
    if (this.state === 'Head' && this.partial === undefined) this.linger();
  }

  /** Ends what is in flight now. Who can be told, is told. */
  cut(): void {
    if (!this.exchange.over) this.exchange.timeOut('the gateway instance ended before the backend answered');
    if (this.switched?.cut() === 'Told') this.linger();
  }

  destroy(): void {
    this.exchange.abort();
    this.state = 'Closed';
    if (this.switched === undefined) this.wire.destroy();
    else this.switched.destroy();
  }

  write(bytes: Buffer, start: number, end: number): boolean {
    this.active = true;
    this.sent += end - start;
    this.context.counters.sent.value += end - start;
    return this.wire.write(bytes, start, end);
  }

  pauseBody(): void {
    this.pace.pause();
    this.wire.pause();
  }

  resumeBody(): void {
    this.pace.resume();
    if (this.pipelined === undefined) this.wire.resume();
  }

  onAnswered(status: number, last: boolean): void {
    this.answered(status);
    if (this.lastRequest && this.state === 'Waiting' && this.pipelined === undefined) {
      // It said itself that it will send no more.
      this.state = 'Lingering';
      this.wire.finish();
      return;
    }
    if (last || this.closing || this.state !== 'Waiting') {
      this.linger();
      return;
    }
    this.state = 'Head';
    this.toHead = false;
    this.headSince = undefined;
    const next = this.pipelined;
    this.pipelined = undefined;
    this.wire.resume();
    if (next !== undefined) this.readHead(next, 0, next.length);
  }

  onUnanswered(status: 502 | 503 | 504, reason: string, rejected?: RejectReason): void {
    if (rejected !== undefined) this.context.counters.rejected(rejected);
    this.answer(status, `Listener ${this.context.listener().name}: ${reason}.`);
  }

  onBroken(): void {
    this.state = 'Closed';
    this.wire.reset();
  }

  onSwitched(protocol: string, ends: SwitchedEnds): void {
    const status = protocol === tunnelProtocol ? 200 : 101;
    this.context.counters.responded(status);
    this.state = 'Switched';
    if (this.pipelined !== undefined) ends.upstream.write(this.pipelined);
    this.pipelined = undefined;
    this.switched = new SwitchedConnection(this.context, protocol, this.wire, ends, () => {
      this.state = 'Closed';
      if (this.record !== undefined) this.writeRecord(status, true);
      this.forget();
    });
  }

  private tickHead(now: number): void {
    if (this.headSince === undefined) {
      // Note: not left half-open. A client that forgot the connection would never end its own side.
      if (now - this.activeAt > keepAliveMilliseconds) this.linger();
    } else if (now - this.headSince > this.context.limits().headMilliseconds) {
      this.context.counters.rejected('HeadTimeout');
      this.answer(408, 'The request head did not come in time.');
    }
  }

  private isSlow(now: number): boolean {
    return this.pace.isTooSlow(this.beganAt, this.received, this.context.limits().minimumBodyBytesPerSecond, now);
  }

  private tickLingering(now: number): void {
    if (this.wire.flushed) {
      this.flushedAt ??= now;
      if (now - this.flushedAt > lingerMilliseconds) this.destroy();
    } else if (now - this.activeAt > this.context.limits().idleMilliseconds) {
      // A slow line may need longer than a moment for the last bytes of a large response.
      this.destroy();
    }
  }

  private tickSwitched(now: number): void {
    if (this.switched?.tick(now) === 'Told') this.linger();
  }

  private readHead(bytes: Buffer, start: number, end: number): void {
    const partial = this.partial;
    if (partial === undefined) {
      this.parseHead(bytes, start, end);
    } else if (partial.add(bytes, start, end, this.context.recent)) {
      this.partial = undefined;
      this.parseHead(partial.bytes, partial.start, partial.end, partial);
    }
  }

  /** `partial`: where these octets were collected. */
  private parseHead(bytes: Buffer, from: number, end: number, partial?: PartialHead): void {
    const start = behindEmptyLines(bytes, from, end);
    if (start === end) {
      if (partial !== undefined) this.headSince = undefined;
      return;
    }
    const next = isHalfEmptyLine(bytes, start, end)
      ? incomplete
      : requestHead.read(bytes, start, end, this.context.recent, this.lines.secure);
    if (next === malformed) {
      this.refuse(requestHead.refusal.status, requestHead.refusal.reason);
    } else if (next === incomplete) {
      this.partial = start === partial?.start ? partial : PartialHead.of(bytes, start, end);
      this.headSince ??= this.context.now();
    } else {
      this.begin(bytes, next, end);
    }
  }

  /** The body of the request whose head was just read begins at `start`, if it has one. */
  private begin(bytes: Buffer, start: number, end: number): void {
    this.toHead = requestHead.isHead;
    this.lastRequest = requestHead.close;
    this.headSince = undefined;
    this.beganAt = this.context.now();
    this.body.begin(requestHead.body, requestHead.fields.contentLength, this.context.recent);
    const next = this.follow(bytes, start, end);
    if (this.context.accessLog.samplePercent !== 0 && next !== malformed && this.context.accessLog.samples()) {
      const before = { received: this.received - end + requestHead.line.start, sent: this.sent };
      this.record = new RequestRecord(this.context, this.lines.address, requestHead, bytes, before);
    }
    if (next === malformed) this.refuse(400, 'the body is not well-formed');
    else this.exchange.begin(requestHead, this.lines, bytes, start, next, this.state === 'Waiting');
  }

  private receiveBody(bytes: Buffer, start: number, end: number): void {
    const partial = this.partial;
    if (partial === undefined) {
      this.readBody(bytes, start, end);
    } else if (partial.add(bytes, start, end, this.context.recent)) {
      this.partial = undefined;
      this.readBody(partial.bytes, partial.start, partial.end);
    }
  }

  private readBody(bytes: Buffer, start: number, end: number): void {
    const next = this.follow(bytes, start, end);
    if (next === malformed) {
      this.giveUp('BadRequest', 400, 'Bad request: the body is not well-formed.');
      return;
    }
    if (next > start) this.exchange.body(bytes, start, next, this.state === 'Waiting');
  }

  /** Follows the body; gives up to where it may be passed on now, or `malformed`. The state tells whether that is all of it. */
  private follow(bytes: Buffer, start: number, end: number): number {
    const next = this.body.advance(bytes, start, end);
    if (next === malformed) return malformed;
    if (next === incomplete) {
      this.state = 'Body';
      const known = end - this.body.kept;
      if (known < end) this.partial = PartialHead.of(bytes, known, end);
      return known;
    }
    this.state = 'Waiting';
    if (next < end) this.keepForLater(bytes, next, end);
    return next;
  }

  private keepForLater(bytes: Buffer, start: number, end: number): void {
    const more = bytes.subarray(start, end);
    this.pipelined = this.pipelined === undefined ? Buffer.from(more) : Buffer.concat([this.pipelined, more]);
    this.wire.pause();
  }

  /** In the middle of a request body. Part of it is out already, so the backend's connection is of no more use either. */
  private giveUp(reason: RejectReason, status: OwnStatus, sentence: string): void {
    const { answering } = this.exchange;
    this.exchange.abort();
    this.context.counters.rejected(reason);
    if (answering) this.onBroken();
    else this.answer(status, sentence);
  }

  private refuse(status: OwnStatus, reason: string): void {
    if (status !== 200) this.context.counters.rejected('BadRequest');
    this.answer(status, `${status === 200 ? 'Not passed on' : 'Bad request'}: ${reason}.`);
  }

  /** The answer to a request is out, whole. */
  private answered(status: number): void {
    const { counters } = this.context;
    counters.responded(status);
    counters.took(this.context.now() - this.beganAt);
    if (this.record !== undefined) this.writeRecord(status, true);
  }

  private writeRecord(status: number, complete: boolean): void {
    const { record, switched, pipelined } = this;
    const received = this.received - (pipelined?.length ?? 0) + (switched?.received ?? 0);
    record?.write(status, complete, this.exchange, { received, sent: this.sent + (switched?.sent ?? 0) });
    this.record = undefined;
  }

  private answer(status: OwnStatus, sentence: string): void {
    const answer = ownAnswer(status, sentence, this.toHead);
    this.write(answer, 0, answer.length);
    if (this.state === 'Head') this.context.counters.responded(status);
    else this.answered(status);
    this.linger();
  }

  private linger(): void {
    this.state = 'Lingering';
    this.active = true;
    this.wire.end();
    this.wire.resume();
  }
}
