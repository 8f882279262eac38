import { keptWhileWaitingOctets, type Waiter } from '../admission/waiting-line.ts';
import type { Target } from '../backend.ts';
import type { RejectReason } from '../metrics/counters.ts';
import type { BackendSessions } from '../sessions/session-book.ts';
import type { Wire } from '../transport/wire.ts';
import { type ClientLines, forwardRequest } from './forward-request.ts';
import { forwardResponse } from './forward-response.ts';
import { HeldRequest } from './held-request.ts';
import type { HttpContext } from './http-context.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import { switchedProtocol } from './switched-protocol.ts';
import type { Upstream, UpstreamUser } from './upstream.ts';

/** The client's side of an exchange. */
export interface ExchangeClient {
  /** Writes what stands in `bytes` from `start` to `end`. False = pause until `clientDrained`. */
  write(bytes: Buffer, start: number, end: number): boolean;
  /** The backend takes no more of the body for now / takes more again. */
  pauseBody(): void;
  resumeBody(): void;
  /** The response is out, whole. `last`: its head said that the connection ends with it. */
  onAnswered(status: number, last: boolean): void;
  /** No response came: the client gets this one. `rejected`: it was turned away. */
  onUnanswered(status: 502 | 503 | 504, reason: string, rejected?: RejectReason): void;
  /** The response broke off in the middle: the client must not take it for whole. */
  onBroken(): void;
  /** Both sides speak another protocol now, the one that the client asked for. */
  onSwitched(protocol: string, ends: SwitchedEnds): void;
  /** Whether this response is the last on the client's connection. */
  readonly closing: boolean;
}

/** What an exchange hands over when both sides switch: the backend's connection, and what came on it behind the head. */
export interface SwitchedEnds {
  readonly upstream: Wire;
  readonly bytes: Buffer;
  readonly start: number;
  readonly end: number;
  readonly session: BackendSessions | undefined;
}

/** What both sides switch to after a CONNECT: anything. */
export const tunnelProtocol = 'CONNECT';

type State = 'Queued' | 'Connecting' | 'Waiting' | 'Answering' | 'Over';

/**
 * One request: its way to a backend, to another one if that is allowed, and its response's way back. A client connection has one of
 * these for all its requests, as it has one request at a time.
 */
export class Exchange implements UpstreamUser, Waiter {
  private readonly context: HttpContext;
  private readonly client: ExchangeClient;
  private readonly held = new HeldRequest();
  private toHead = false;
  private fromOld = false;
  private upgrade: string | undefined;
  private repeatable = false;
  /** Keys of the targets that this request was at. */
  private tried: Set<string> | undefined;
  private state: State = 'Over';
  private upstream: Upstream | undefined;
  private target: Target | undefined;
  private session: BackendSessions | undefined;
  private sentTimes = 0;
  private bodyComplete = false;
  /** Of the final response's head; 0 as long as there is none. */
  answerStatus = 0;
  private last = false;
  private connectingSince = 0;

  constructor(context: HttpContext, client: ExchangeClient) {
    this.context = context;
    this.client = client;
  }

  /** No request is under way. */
  get over(): boolean {
    return this.state === 'Over';
  }

  /** Where the request is, or was last. */
  get backend(): string | undefined {
    return this.target?.name;
  }

  /** How many backends the request was at. */
  get tries(): number {
    const { target, tried } = this;
    if (target === undefined) return 0;
    return tried === undefined ? 1 : tried.size + Number(!tried.has(target.key));
  }

  /** Part of the response is out already. */
  get answering(): boolean {
    return this.state === 'Answering';
  }

  /**
   * Begins the request whose head was read from `bytes`. What came of its body stands from `start` to `end`.
   * @param complete that is all of it
   */
  begin(head: RequestHead, lines: ClientLines, bytes: Buffer, start: number, end: number, complete: boolean): void {
    // Only where a request must not be lost on a connection that was idle for too long, half a second matters.
    const now = head.repeatable ? this.context.recent.milliseconds : this.context.now();
    this.toHead = head.isHead;
    this.fromOld = head.old;
    this.upgrade = head.connect ? tunnelProtocol : head.upgrade;
    this.repeatable = head.repeatable;
    this.tried = undefined;
    this.target = undefined;
    this.sentTimes = 0;
    this.answerStatus = 0;
    this.bodyComplete = complete;
    forwardRequest(head, bytes, lines, this.held);
    this.context.budget.request(now);
    // A small part of the body goes out together with the head; to copy a large one would cost more than a write of its own.
    const together = end - start <= this.held.room;
    if (together && start < end) this.held.addUnsent(bytes, start, end);
    this.tryNext(now);
    if (!together) this.body(bytes, start, end, complete);
  }

  /** More of the request body. */
  body(bytes: Buffer, start: number, end: number, complete: boolean): void {
    this.bodyComplete = complete;
    if (this.state === 'Over') return;
    if (this.state === 'Connecting' || this.state === 'Queued') {
      this.held.addUnsent(bytes, start, end);
      if (this.state === 'Queued' && this.held.end > keptWhileWaitingOctets) this.client.pauseBody();
      return;
    }
    this.held.addSent(bytes, start, end);
    if (this.upstream?.write(bytes, start, end) === false) this.client.pauseBody();
  }

  clientDrained(): void {
    this.upstream?.resume();
  }

  /** The client went away. */
  abort(): void {
    this.finish();
  }

  /** Gives the request up: the time for it is over. A client that has nothing of the response yet gets one that says why. */
  timeOut(reason: string): void {
    const { state } = this;
    this.finish();
    if (state === 'Answering') this.client.onBroken();
    else if (state === 'Queued') this.client.onUnanswered(503, reason, 'QueueTimeout');
    else this.client.onUnanswered(504, reason);
  }

  /** Gives up a connect that takes too long. */
  tick(now: number): void {
    if (this.state !== 'Connecting' || now - this.connectingSince < this.context.limits().connectMilliseconds) return;
    this.upstream?.destroy();
    this.onConnectFailed();
  }

  /** Checks found that `target` hangs: what may be sent again goes elsewhere now. */
  moveFrom(target: Target): void {
    if (this.state !== 'Waiting' || this.target === undefined || this.target.key !== target.key) return;
    if (this.upstream?.answered === true || !this.mayRepeat()) return;
    this.upstream?.destroy();
    this.context.counters.retried('MarkedDown');
    this.tryNext(this.context.now());
  }

  get choosy(): boolean {
    return this.tried !== undefined;
  }

  tryStart(): boolean {
    const { dispatcher, now } = this.context;
    const startedAt = now();
    const target = dispatcher.pick(this.tried, startedAt);
    if (target !== undefined) this.start(target, startedAt);
    else if (dispatcher.full) return false;
    else this.turnAway();
    return true;
  }

  onWaitedInVain(): void {
    this.finish();
    this.client.onUnanswered(503, 'all backends are full, and none got free in time', 'QueueTimeout');
  }

  onConnected(): void {
    if (this.held.whole) this.send();
  }

  onConnectFailed(): void {
    if (this.target !== undefined) this.context.dispatcher.failed(this.target);
    this.context.counters.retried('ConnectFailed');
    this.tryNext(this.context.now());
  }

  onLost(answered: boolean): void {
    const target = this.target;
    if (target === undefined) return;
    const { dispatcher, budget } = this.context;
    dispatcher.failed(target);
    if (this.state === 'Answering') {
      this.finish();
      this.client.onBroken();
      return;
    }
    const repeat =
      !answered &&
      this.mayRepeat() &&
      (dispatcher.movesFreely(target) || budget.take(this.context.retries(), this.context.now()));
    if (repeat) {
      this.context.counters.retried('Lost');
      this.tryNext(this.context.now());
      return;
    }
    this.finish();
    this.client.onUnanswered(502, 'the backend closed the connection without a valid answer');
  }

  onHead(head: ResponseHead, bytes: Buffer, end: number): boolean {
    const { status } = head;
    const interim = status < 200 && status !== 101;
    // HTTP/1.0 knows no interim responses.
    if (interim && this.fromOld) return true;
    if (status === 101) {
      this.upgrade = this.upgrade && switchedProtocol(head.fields, bytes, this.upgrade);
      if (this.upgrade === undefined) return true;
    }
    if (!interim) {
      if (this.target !== undefined) this.context.dispatcher.succeeded(this.target);
      this.state = 'Answering';
      this.answerStatus = status;
    }
    const tunnels = this.upgrade === tunnelProtocol && status >= 200 && status < 300;
    this.last = !tunnels && (this.client.closing || head.body === 'UntilClose' || !this.bodyComplete);
    return this.client.write(bytes, forwardResponse(head, bytes, this.last), end);
  }

  onBody(bytes: Buffer, start: number, end: number): boolean {
    return this.client.write(bytes, start, end);
  }

  onComplete(): void {
    const upstream = this.upstream;
    const keep = upstream !== undefined && this.isWorthKeeping(upstream);
    if (keep) {
      this.upstream = undefined;
      this.context.pool.give(upstream);
    }
    this.finish(keep);
    this.client.onAnswered(this.answerStatus, this.last);
  }

  /** The rest of a body would be read as the next request. And a gateway that drains waits until we hold no connection to it. */
  private isWorthKeeping(upstream: Upstream): boolean {
    return this.bodyComplete && upstream.flushed && upstream.target.takesNewWork;
  }

  onDrained(): void {
    this.client.resumeBody();
  }

  onSwitched(wire: Wire, bytes: Buffer, start: number, end: number): void {
    this.upstream = undefined;
    if (this.upgrade === undefined) {
      wire.destroy();
      this.finish();
      this.client.onUnanswered(502, 'the backend switched protocols without being asked');
      return;
    }
    const session = this.session;
    this.session = undefined;
    this.finish(wire.idle);
    this.client.onSwitched(this.upgrade, { upstream: wire, bytes, start, end, session });
  }

  private mayRepeat(): boolean {
    return this.repeatable && this.held.whole && this.sentTimes < this.context.retries().attempts;
  }

  private tryNext(now: number): void {
    this.endSession();
    if (this.target !== undefined) {
      this.tried ??= new Set();
      this.tried.add(this.target.key);
    }
    const { dispatcher, line } = this.context;
    const target = line.length === 0 ? dispatcher.pick(this.tried, now) : undefined;
    if (target !== undefined) this.start(target, now);
    else if (line.length > 0 || dispatcher.full) this.queue();
    else this.turnAway();
  }

  private start(target: Target, now: number): void {
    const { pool, sessions } = this.context;
    this.target = target;
    this.session = sessions.begin(target.name);
    this.upstream = pool.take(target, this, this.repeatable, now);
    if (this.upstream !== undefined) {
      this.send();
      return;
    }
    this.state = 'Connecting';
    this.connectingSince = this.context.now();
    this.client.pauseBody();
    this.upstream = pool.connect(target, this);
  }

  /** All backends are full. Its client is read from as before, so that it is seen when it goes. */
  private queue(): void {
    const { line, limits, counters, now } = this.context;
    if (!line.join(this, limits().queueLength, now())) {
      this.finish();
      this.client.onUnanswered(503, 'all backends are full, and so is the queue', 'QueueFull');
      return;
    }
    counters.queued();
    this.state = 'Queued';
    this.client.resumeBody();
  }

  private turnAway(): void {
    this.finish();
    const reason = this.tried === undefined ? 'no backend can take work now' : 'no backend could be reached';
    this.client.onUnanswered(503, reason, 'NoBackend');
  }

  /** Sends all that is held. */
  private send(): void {
    const { bytes, end } = this.held;
    this.state = 'Waiting';
    this.sentTimes += 1;
    this.upstream?.expect(this.toHead, this.upgrade === tunnelProtocol);
    const accepted = this.upstream?.write(bytes, 0, end) !== false;
    this.held.sent();
    if (accepted) this.client.resumeBody();
    else this.client.pauseBody();
  }

  /** `sent`: no write of the request is queued any more. */
  private finish(sent = false): void {
    if (this.state === 'Queued') this.context.line.leave(this);
    this.state = 'Over';
    this.held.release(sent);
    // Note: with a body that is not whole, an orderly end could look like the end of the body to a careless backend.
    if (this.bodyComplete) this.upstream?.destroy();
    else this.upstream?.reset();
    this.upstream = undefined;
    this.endSession();
  }

  private endSession(): void {
    this.session?.end();
    this.session = undefined;
  }
}
