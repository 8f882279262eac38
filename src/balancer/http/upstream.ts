import type { Target } from '../backend.ts';
import { Wire, type WireHandler } from '../transport/wire.ts';
import type { HeadLimits } from './head-limits.ts';
import { MessageBody } from './message-body.ts';
import { PartialHead } from './partial-head.ts';
import { ResponseHead } from './response-head.ts';
import { incomplete, malformed } from './verdicts.ts';

/** Who waits for the response. Parts of it stand in `bytes` from `start` to `end`, valid during the call. */
export interface UpstreamUser {
  onConnected(): void;
  /** The connect failed: not a byte was written. */
  onConnectFailed(): void;
  /** The connection ended before the response was complete, or what came is no response. `answered`: at least one byte came. */
  onLost(answered: boolean): void;
  /**
   * An interim (1xx), switching (101) or final head in `bytes`, with the part of the body behind it up to `end`. False = pause until
   * `resume`.
   */
  onHead(head: ResponseHead, bytes: Buffer, end: number): boolean;
  /** More of the body, framing included. False = pause until `resume`. */
  onBody(bytes: Buffer, start: number, end: number): boolean;
  /** The response is complete. The connection is idle now if it can be used again. */
  onComplete(): void;
  onDrained(): void;
  /** After 101: the wire is the user's, with the bytes that came behind the head. */
  onSwitched(wire: Wire, bytes: Buffer, start: number, end: number): void;
}

const readBytes = 16_384;

/** One for all connections: a head is passed on before anything else is read. */
const responseHead = new ResponseHead();

/** What the connection waits for. Nothing: nobody asked, so a byte would be a response too many. */
type Awaited = 'Nothing' | 'Head' | 'Body';

/** The idle connections to one target. */
export interface IdleList {
  readonly upstreams: Upstream[];
  /** Connections that are in use do not come back. */
  closed: boolean;
}

/** One connection to a backend, for one request at a time. */
export class Upstream implements WireHandler {
  readonly target: Target;
  /** When it became idle. */
  idleSince = 0;
  /** Where it is kept while it is idle. */
  readonly home: IdleList;
  private readonly wire: Wire;
  private readonly limits: HeadLimits;
  private user: UpstreamUser | undefined;
  private awaited: Awaited = 'Nothing';
  private toHead = false;
  private toConnect = false;
  /** Of a head or a trailer section that did not come in one read. */
  private partial: PartialHead | undefined;
  private readonly body = new MessageBody();
  private close = false;
  private connected = false;
  /** At least one byte of the response came. */
  answered = false;

  /** Starts to connect; `user` hears how that went. */
  constructor(target: Target, home: IdleList, limits: HeadLimits, user: UpstreamUser) {
    this.target = target;
    this.home = home;
    this.limits = limits;
    this.user = user;
    this.wire = Wire.connect(target.address, target.port, readBytes, this, target.dial);
  }

  /** Takes an idle connection for the next request. */
  use(user: UpstreamUser): void {
    this.user = user;
  }

  /** The response that follows is for the request that is sent now. `toHead`: a HEAD request; `toConnect`: a CONNECT. */
  expect(toHead: boolean, toConnect: boolean): void {
    this.toHead = toHead;
    this.toConnect = toConnect;
    this.awaited = 'Head';
    this.answered = false;
  }

  /** Idle, whole and open. */
  get reusable(): boolean {
    return this.user === undefined && !this.wire.closed;
  }

  /** All that was written is in the kernel's hands. */
  get flushed(): boolean {
    return this.wire.idle;
  }

  write(bytes: Buffer, start: number, end: number): boolean {
    return this.wire.write(bytes, start, end);
  }

  pause(): void {
    this.wire.pause();
  }

  resume(): void {
    this.wire.resume();
  }

  /** Drops the connection in the middle of a request, so that the backend cannot take it for whole; the user hears no more of it. */
  reset(): void {
    this.user = undefined;
    this.wire.reset();
  }

  /** Drops the connection; the user hears no more of it. */
  destroy(): void {
    this.user = undefined;
    this.wire.destroy();
  }

  onConnected(): void {
    this.connected = true;
    this.wire.resume();
    this.user?.onConnected();
  }

  onBytes(bytes: Buffer, start: number, end: number): void {
    if (this.user === undefined || this.awaited === 'Nothing') {
      this.fail();
      return;
    }
    this.answered = true;
    const partial = this.partial;
    if (partial === undefined) {
      this.receive(bytes, start, end);
    } else if (partial.add(bytes, start, end, this.limits)) {
      this.partial = undefined;
      this.receive(partial.bytes, partial.start, partial.end, partial);
    }
  }

  onEnd(): void {
    if (this.awaited === 'Body' && this.body.untilClose) this.complete(false);
    else this.fail();
  }

  onDrained(): void {
    this.user?.onDrained();
  }

  onClosed(): void {
    this.lost();
  }

  /** `partial`: where these octets were collected. */
  private receive(bytes: Buffer, start: number, end: number, partial?: PartialHead): void {
    if (this.awaited === 'Body') this.receiveBody(bytes, start, end);
    else this.receiveHead(bytes, start, end, partial);
  }

  private receiveHead(bytes: Buffer, start: number, end: number, partial?: PartialHead): void {
    const next = responseHead.read(bytes, start, end, this.limits, this.toHead);
    if (next === malformed) {
      this.fail();
    } else if (next === incomplete) {
      this.partial = partial ?? PartialHead.of(bytes, start, end);
    } else if (this.toConnect && isSwitch(responseHead.status)) {
      this.receiveTunnel(responseHead, bytes, next, end);
    } else if (responseHead.status >= 200) {
      this.body.begin(responseHead.body, responseHead.fields.contentLength, this.limits);
      this.close = responseHead.close;
      this.awaited = 'Body';
      this.receiveBody(bytes, next, end, responseHead);
    } else if (responseHead.status === 101) {
      this.switch(responseHead, bytes, next, end);
    } else {
      // Note: copied, as the room in front of the next head is where this one stands, and its write may still be queued.
      const rest = next < end ? PartialHead.of(bytes, next, end) : undefined;
      if (this.user?.onHead(responseHead, bytes, next) === false) this.wire.pause();
      if (this.user !== undefined && rest !== undefined) this.receiveHead(rest.bytes, rest.start, rest.end, rest);
    }
  }

  /** RFC 9110 §9.3.6: a tunnel begins behind the head of a 2xx, which has no body; one that says it has is not believed at all. */
  private receiveTunnel(head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    if (head.status < 200 || head.fields.chunked || head.fields.contentLength > 0) this.fail();
    else this.switch(head, bytes, start, end);
  }

  /** `head`: the response's head, which goes out together with this part. */
  private receiveBody(bytes: Buffer, start: number, end: number, head?: ResponseHead): void {
    const next = this.body.advance(bytes, start, end);
    if (next === malformed) {
      this.fail();
      return;
    }
    let partEnd = next;
    if (next === incomplete) {
      partEnd = end - this.body.kept;
      if (partEnd < end) this.partial = PartialHead.of(bytes, partEnd, end);
    }
    const user = this.user;
    let accepted: boolean | undefined = true;
    if (head !== undefined) accepted = user?.onHead(head, bytes, partEnd);
    else if (partEnd > start) accepted = user?.onBody(bytes, start, partEnd);
    if (accepted === false) this.wire.pause();
    if (next !== incomplete && this.user !== undefined) this.complete(next === end && !this.close);
  }

  private switch(head: ResponseHead, bytes: Buffer, start: number, end: number): void {
    const user = this.user;
    this.user = undefined;
    user?.onHead(head, bytes, start);
    user?.onSwitched(this.wire, bytes, start, end);
  }

  private complete(keep: boolean): void {
    const user = this.user;
    this.user = undefined;
    this.awaited = 'Nothing';
    if (keep) this.wire.resume();
    else this.wire.destroy();
    user?.onComplete();
  }

  private fail(): void {
    this.wire.destroy();
    this.lost();
  }

  private lost(): void {
    const user = this.user;
    this.user = undefined;
    if (this.connected) user?.onLost(this.answered);
    else user?.onConnectFailed();
  }
}

/** What follows such a head is no HTTP. */
function isSwitch(status: number): boolean {
  return status === 101 || (status >= 200 && status < 300);
}
