import { keptWhileWaitingOctets, type Waiter } from '../admission/waiting-line.ts';
import type { Target } from '../backend.ts';
import type { FrontendContext } from '../frontend.ts';
import type { RejectReason } from '../metrics/counters.ts';
import { proxyHeader } from '../proxy-protocol/write-header.ts';
import type { BackendSessions } from '../sessions/session-book.ts';
import { type Relay, relay } from '../transport/relay.ts';
import { Wire, type WireHandler } from '../transport/wire.ts';

/** Read at once; larger = fewer system calls for bulk transfers. Pages that were never read into cost no memory. */
export const readBytes = 65_536;

const nothing = Buffer.alloc(0);

/** One TCP connection: one backend for all its life. Unless it has to wait for one, nothing is read from the client until that accepts. */
export class TcpSession implements Waiter {
  private readonly context: FrontendContext;
  private readonly client: Wire;
  private readonly onClosed: () => void;
  private readonly tried = new Set<string>();
  private backend: Wire | undefined;
  private relay: Relay | undefined;
  private session: BackendSessions | undefined;
  private connectingSince = 0;
  /** What the client sent while it waited, and that it then ended its side. */
  private kept = nothing;
  private ended = false;
  /** How much of that was passed on. */
  private keptBytes = 0;
  /** Of a session that the access log is to tell of; asked for now, as a connection that is over has no address. */
  private readonly record: { readonly client: string; readonly since: number } | undefined;
  private target: Target | undefined;

  constructor(context: FrontendContext, connect: (bytes: number, handler: WireHandler) => Wire, onClosed: () => void) {
    this.context = context;
    this.onClosed = onClosed;
    this.client = connect(readBytes, {
      onBytes: (bytes, start, end) => this.keep(bytes.subarray(start, end)),
      onEnd: () => this.keepEnd(),
      onDrained: () => {},
      onClosed: () => this.finish(),
    });
    const { accessLog, now } = context;
    this.record = accessLog.samples() ? { client: this.client.remoteAddress, since: now() } : undefined;
    this.connectNext();
  }

  /** A connect that takes too long goes on to another backend; a session without a byte for too long ends. */
  tick(now: number): void {
    const { connectMilliseconds, idleMilliseconds } = this.context.limits();
    if (this.relay !== undefined) {
      if (now - this.relay.activeAt > idleMilliseconds) this.destroy();
    } else if (this.backend !== undefined && now - this.connectingSince > connectMilliseconds) {
      this.backend.destroy();
    }
  }

  /** Note: by a reset on both sides. An orderly end would say that a transfer which broke off was whole. */
  cut(): void {
    this.endSession();
    if (this.relay === undefined) this.client.reset();
    else this.relay.reset();
  }

  destroy(): void {
    if (this.relay === undefined) this.client.destroy();
    else this.relay.destroy();
  }

  get choosy(): boolean {
    return this.tried.size > 0;
  }

  tryStart(): boolean {
    const { dispatcher } = this.context;
    const target = dispatcher.pick(this.tried);
    if (target !== undefined) this.connect(target);
    else if (dispatcher.full) return false;
    else this.turnAway('NoBackend');
    return true;
  }

  onWaitedInVain(): void {
    this.turnAway('QueueTimeout');
  }

  private connectNext(): void {
    this.endSession();
    const { dispatcher, line } = this.context;
    const target = line.length === 0 ? dispatcher.pick(this.tried) : undefined;
    if (target !== undefined) this.connect(target);
    else if (line.length > 0 || dispatcher.full) this.queue();
    else this.turnAway('NoBackend');
  }

  /** A reset says "not now" where an orderly end would say "this was all". */
  private turnAway(reason: RejectReason): void {
    this.context.counters.rejected(reason);
    this.client.reset();
  }

  /** All backends are full. The client is read from meanwhile, so that it is seen when it goes. */
  private queue(): void {
    const { line, limits, counters, now } = this.context;
    this.backend = undefined;
    if (!line.join(this, limits().queueLength, now())) {
      this.turnAway('QueueFull');
      return;
    }
    counters.queued();
    if (this.kept.length <= keptWhileWaitingOctets) this.client.resume();
  }

  private keep(bytes: Buffer): void {
    this.kept = Buffer.concat([this.kept, bytes]);
    if (this.kept.length > keptWhileWaitingOctets) this.client.pause();
  }

  /** Who has said something may wait for the answer with its own side ended. */
  private keepEnd(): void {
    if (this.kept.length === 0) this.client.destroy();
    else this.ended = true;
  }

  private connect(target: Target): void {
    this.client.pause();
    this.target = target;
    this.tried.add(target.key);
    this.session = this.context.sessions.begin(target.name);
    this.connectingSince = this.context.now();
    const handler: WireHandler = {
      onConnected: () => this.join(target, backend),
      onBytes: () => {},
      onEnd: () => {},
      onDrained: () => {},
      onClosed: () => this.connectFailed(target),
    };
    const backend = Wire.connect(target.address, target.port, readBytes, handler, target.dial);
    this.backend = backend;
  }

  private connectFailed(target: Target): void {
    // We dropped it ourselves, because the client is gone: that says nothing about the backend.
    if (this.client.closed) return;
    this.context.dispatcher.failed(target);
    this.context.counters.retried('ConnectFailed');
    this.connectNext();
  }

  private join(target: Target, backend: Wire): void {
    const client = this.client;
    if (this.context.proxyProtocol() === 'V2') {
      const source = { address: client.remoteAddress, port: client.remotePort };
      backend.write(proxyHeader(source, { address: client.localAddress, port: client.localPort }));
    }
    if (this.kept.length > 0) {
      backend.write(this.kept);
      this.context.counters.received.value += this.kept.length;
      this.keptBytes = this.kept.length;
      this.kept = nothing;
    }
    this.relay = relay(client, backend, this.context.counters, this.context.now, () => this.finish());
    if (this.ended) client.handler.onEnd();
    const joined = backend.handler;
    const answered = (): void => {
      // Nothing more is to be learned from this session.
      backend.handler = joined;
      this.context.dispatcher.succeeded(target);
    };
    backend.handler = {
      onBytes: (bytes, start, end) => {
        answered();
        joined.onBytes(bytes, start, end);
      },
      onEnd: () => {
        answered();
        joined.onEnd();
      },
      onDrained: () => joined.onDrained(),
      onClosed: (error) => {
        if (error !== undefined) this.context.dispatcher.failed(target);
        joined.onClosed(error);
      },
    };
  }

  private finish(): void {
    this.context.line.leave(this);
    this.endSession();
    if (this.relay === undefined) this.backend?.destroy();
    this.writeDown();
    this.onClosed();
  }

  private writeDown(): void {
    if (this.record === undefined) return;
    const { accessLog, listener, now } = this.context;
    accessLog.session({
      listener: listener().name,
      client: this.record.client,
      milliseconds: now() - this.record.since,
      backend: this.target?.name,
      tries: this.tried.size,
      bytesIn: (this.relay?.received ?? 0) + this.keptBytes,
      bytesOut: this.relay?.sent ?? 0,
    });
  }

  private endSession(): void {
    this.session?.end();
    this.session = undefined;
  }
}
