import type { Target } from '../backend.ts';
import type { Wire } from '../transport/wire.ts';
import type { HttpContext } from './engine.ts';
import { requestHeadText, responseHeadText } from './forward.ts';
import { HeldRequest, isRepeatable } from './held-request.ts';
import type { RequestHead } from './request-head.ts';
import type { ResponseHead } from './response-head.ts';
import type { Upstream, UpstreamUser } from './upstream.ts';

/** The client's side of an exchange. */
export interface ExchangeClient {
  /** False = pause until `clientDrained`. */
  write(bytes: Buffer): boolean;
  writeWithHead(head: string, part: Buffer): boolean;
  /** The backend takes no more of the body for now / takes more again. */
  pauseBody(): void;
  resumeBody(): void;
  /** The response is out, whole. `last`: its head said that the connection ends with it. */
  onAnswered(status: number, last: boolean): void;
  /** No response came: the client gets this one. */
  onUnanswered(status: 502 | 503 | 504, reason: string): void;
  /** The response broke off in the middle: the client must not take it for whole. */
  onBroken(): void;
  /** Both sides speak another protocol now, the one that the client asked for. */
  onSwitched(protocol: string, upstream: Wire, rest: Buffer, endSession: () => void): void;
  /** Whether this response is the last on the client's connection. */
  readonly closing: boolean;
}

const nothing = Buffer.alloc(0);

type State = 'Connecting' | 'Waiting' | 'Answering' | 'Over';

/** One request: its way to a backend, to another one if that is allowed, and its response's way back. */
export class Exchange implements UpstreamUser {
  readonly #context: HttpContext;
  readonly #client: ExchangeClient;
  readonly #method: string;
  readonly #version: RequestHead['version'];
  readonly #upgrade: string | undefined;
  readonly #held: HeldRequest;
  readonly #repeatable: boolean;
  /** Keys of the targets that this request was at. */
  #tried: Set<string> | undefined;
  #state: State = 'Connecting';
  #upstream: Upstream | undefined;
  #target: Target | undefined;
  #endSession: (() => void) | undefined;
  #sentTimes = 0;
  #bodyComplete = false;
  #status = 0;
  #last = false;
  #connectingSince = 0;

  constructor(context: HttpContext, client: ExchangeClient, head: RequestHead, clientAddress: string) {
    this.#context = context;
    this.#client = client;
    this.#method = head.method;
    this.#version = head.version;
    this.#upgrade = head.upgrade;
    this.#repeatable = isRepeatable(head);
    this.#held = new HeldRequest(requestHeadText(head, clientAddress), this.#repeatable);
  }

  /** Part of the response is out already. */
  get answering(): boolean {
    return this.#state === 'Answering';
  }

  /** `body`: what came of it together with the head. */
  start(body: Buffer, complete: boolean): void {
    this.#context.budget.request(this.#context.now());
    this.#bodyComplete = complete;
    this.#tryNext(body);
  }

  /** More of the request body. */
  body(bytes: Buffer, complete: boolean): void {
    this.#bodyComplete = complete;
    if (this.#state === 'Over') return;
    if (this.#state === 'Connecting') {
      this.#held.addUnsent(bytes);
      return;
    }
    this.#held.addSent(bytes);
    if (this.#upstream?.write(bytes) === false) this.#client.pauseBody();
  }

  clientDrained(): void {
    this.#upstream?.resume();
  }

  /** The client went away. */
  abort(): void {
    this.#finish();
  }

  /** Gives the request up: the time for it is over. A client that has nothing of the response yet gets one that says why. */
  timeOut(reason: string): void {
    const answering = this.#state === 'Answering';
    this.#finish();
    if (answering) this.#client.onBroken();
    else this.#client.onUnanswered(504, reason);
  }

  /** Gives up a connect that takes too long. */
  tick(now: number): void {
    if (this.#state !== 'Connecting' || now - this.#connectingSince < this.#context.limits().connectMilliseconds)
      return;
    this.#upstream?.destroy();
    this.onConnectFailed();
  }

  /** Checks found that `target` hangs: what may be sent again goes elsewhere now. */
  moveFrom(target: Target): void {
    if (this.#state !== 'Waiting' || this.#target === undefined || this.#target.key !== target.key) return;
    if (this.#upstream?.answered === true || !this.#mayRepeat()) return;
    this.#upstream?.destroy();
    this.#context.counters.retried('MarkedDown');
    this.#tryNext();
  }

  onConnected(): void {
    const body = this.#held.body();
    if (body === undefined) return;
    this.#held.sent();
    this.#send(body);
  }

  onConnectFailed(): void {
    if (this.#target !== undefined) this.#context.dispatcher.failed(this.#target);
    this.#context.counters.retried('ConnectFailed');
    this.#tryNext();
  }

  onLost(answered: boolean): void {
    const target = this.#target;
    if (target === undefined) return;
    const { dispatcher, budget } = this.#context;
    dispatcher.failed(target);
    if (this.#state === 'Answering') {
      this.#finish();
      this.#client.onBroken();
      return;
    }
    const repeat =
      !answered &&
      this.#mayRepeat() &&
      (dispatcher.movesFreely(target) || budget.take(this.#context.retries(), this.#context.now()));
    if (repeat) {
      this.#context.counters.retried('Lost');
      this.#tryNext();
      return;
    }
    this.#finish();
    this.#client.onUnanswered(502, 'the backend closed the connection without a valid answer');
  }

  onHead(head: ResponseHead, body: Buffer): boolean {
    const interim = head.status < 200 && head.status !== 101;
    // HTTP/1.0 knows no interim responses.
    if (interim && this.#version === '1.0') return true;
    if (head.status === 101 && this.#upgrade === undefined) return true;
    if (!interim) {
      if (this.#target !== undefined) this.#context.dispatcher.succeeded(this.#target);
      this.#state = 'Answering';
      this.#status = head.status;
    }
    this.#last = this.#client.closing || head.framing.kind === 'UntilClose' || !this.#bodyComplete;
    return this.#client.writeWithHead(responseHeadText(head, this.#last), body);
  }

  onBody(bytes: Buffer): boolean {
    return this.#client.write(bytes);
  }

  onComplete(): void {
    const upstream = this.#upstream;
    this.#upstream = undefined;
    if (upstream !== undefined) {
      // The rest of a body would be read as the next request. And a gateway that drains waits until we hold no connection to it.
      const keep = this.#bodyComplete && this.#context.dispatcher.takesNewWork(upstream.target);
      if (keep) this.#context.pool.give(upstream, this.#context.now());
      else upstream.destroy();
    }
    this.#finish();
    this.#client.onAnswered(this.#status, this.#last);
  }

  onDrained(): void {
    this.#client.resumeBody();
  }

  onSwitched(wire: Wire, rest: Buffer): void {
    this.#upstream = undefined;
    if (this.#upgrade === undefined) {
      wire.destroy();
      this.#finish();
      this.#client.onUnanswered(502, 'the backend switched protocols without being asked');
      return;
    }
    this.#state = 'Over';
    const endSession = this.#endSession ?? (() => {});
    this.#endSession = undefined;
    this.#client.onSwitched(this.#upgrade, wire, rest, endSession);
  }

  #mayRepeat(): boolean {
    return this.#repeatable && this.#held.whole && this.#sentTimes < this.#context.retries().attempts;
  }

  /** `fresh`: a part of the body that is not held yet, valid during the call. */
  #tryNext(fresh: Buffer = nothing): void {
    this.#endSession?.();
    this.#endSession = undefined;
    if (this.#target !== undefined) {
      this.#tried ??= new Set();
      this.#tried.add(this.#target.key);
    }
    const { dispatcher, pool, sessions } = this.#context;
    const target = dispatcher.pick(this.#tried);
    if (target === undefined) {
      this.#finish();
      const reason = this.#tried === undefined ? 'no backend can take work now' : 'no backend could be reached';
      this.#client.onUnanswered(503, reason);
      return;
    }
    this.#target = target;
    this.#endSession = sessions.begin(target.name);
    this.#state = 'Connecting';
    this.#connectingSince = this.#context.now();
    const { upstream, reused } = pool.take(target, this, this.#repeatable, this.#context.now());
    this.#upstream = upstream;
    if (!reused) {
      this.#held.addUnsent(fresh);
      this.#client.pauseBody();
    } else if (fresh.length === 0) {
      this.onConnected();
    } else {
      this.#held.addSent(fresh);
      this.#send(fresh);
    }
  }

  #send(body: Buffer): void {
    this.#state = 'Waiting';
    this.#sentTimes += 1;
    this.#upstream?.expect(this.#method);
    if (this.#upstream?.writeWithHead(this.#held.head, body) !== false) this.#client.resumeBody();
  }

  #finish(): void {
    this.#state = 'Over';
    this.#upstream?.destroy();
    this.#upstream = undefined;
    this.#endSession?.();
    this.#endSession = undefined;
  }
}
