import type { Target } from '../backend.ts';
import type { FrontendContext } from '../frontend.ts';
import type { BackendSessions } from '../sessions/session-book.ts';
import { type Relay, relay } from '../transport/relay.ts';
import { Wire, type WireHandler } from '../transport/wire.ts';
import { proxyHeader } from './proxy-header.ts';

/** Read at once; larger = fewer system calls for bulk transfers. Pages that were never read into cost no memory. */
const readBytes = 65_536;

/** One TCP connection: one backend for all its life. Until the backend accepts, nothing is read from the client. */
export class TcpSession {
  readonly #context: FrontendContext;
  readonly #client: Wire;
  readonly #onClosed: () => void;
  readonly #tried = new Set<string>();
  #backend: Wire | undefined;
  #relay: Relay | undefined;
  #session: BackendSessions | undefined;
  #connectingSince = 0;
  #answered = false;

  constructor(context: FrontendContext, connect: (bytes: number, handler: WireHandler) => Wire, onClosed: () => void) {
    this.#context = context;
    this.#onClosed = onClosed;
    this.#client = connect(readBytes, {
      onBytes: () => {},
      onEnd: () => {},
      onDrained: () => {},
      onClosed: () => this.#finish(),
    });
    this.#connectNext();
  }

  /** A connect that takes too long goes on to another backend; a session without a byte for too long ends. */
  tick(now: number): void {
    const { connectMilliseconds, idleMilliseconds } = this.#context.limits();
    if (this.#relay !== undefined) {
      if (now - this.#relay.activeAt > idleMilliseconds) this.destroy();
    } else if (now - this.#connectingSince > connectMilliseconds) {
      this.#backend?.destroy();
    }
  }

  /** Note: by a reset on both sides. An orderly end would say that a transfer which broke off was whole. */
  cut(): void {
    this.#endSession();
    if (this.#relay === undefined) this.#client.reset();
    else this.#relay.reset();
  }

  destroy(): void {
    if (this.#relay === undefined) this.#client.destroy();
    else this.#relay.destroy();
  }

  #connectNext(): void {
    this.#endSession();
    const target = this.#context.dispatcher.pick(this.#tried);
    if (target === undefined) {
      // A reset says "not now" where an orderly end would say "this was all".
      this.#context.counters.rejected('NoBackend');
      this.#client.reset();
      return;
    }
    this.#tried.add(target.key);
    this.#session = this.#context.sessions.begin(target.name);
    this.#connectingSince = this.#context.now();
    const backend = Wire.connect(target.address, target.port, readBytes, {
      onConnected: () => this.#join(target, backend),
      onBytes: () => {},
      onEnd: () => {},
      onDrained: () => {},
      onClosed: () => this.#connectFailed(target),
    });
    this.#backend = backend;
  }

  #connectFailed(target: Target): void {
    // We dropped it ourselves, because the client is gone: that says nothing about the backend.
    if (this.#client.closed) return;
    this.#context.dispatcher.failed(target);
    this.#context.counters.retried('ConnectFailed');
    this.#connectNext();
  }

  #join(target: Target, backend: Wire): void {
    const client = this.#client;
    if (this.#context.proxyProtocol() === 'V2') {
      const source = { address: client.remoteAddress, port: client.remotePort };
      backend.write(proxyHeader(source, { address: client.localAddress, port: client.localPort }));
    }
    this.#relay = relay(client, backend, this.#context.now, () => this.#finish());
    const joined = backend.handler;
    const answered = (): void => {
      if (this.#answered) return;
      this.#answered = true;
      this.#context.dispatcher.succeeded(target);
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
        if (error !== undefined && !this.#answered) this.#context.dispatcher.failed(target);
        joined.onClosed(error);
      },
    };
  }

  #finish(): void {
    this.#endSession();
    if (this.#relay === undefined) this.#backend?.destroy();
    this.#onClosed();
  }

  #endSession(): void {
    this.#session?.end();
    this.#session = undefined;
  }
}
