import type { AccessLog } from './access-log/access-log.ts';
import type { WaitingLine } from './admission/waiting-line.ts';
import type { Target } from './backend.ts';
import type { BalancerConfig, Limits, Listener, Retries } from './config/schema.ts';
import type { Dispatcher } from './dispatcher.ts';
import type { Counters } from './metrics/counters.ts';
import type { SessionBook } from './sessions/session-book.ts';
import type { Accepted } from './transport/accepted.ts';
import type { Wire } from './transport/wire.ts';

/**
 * Serves the connections of one listener: one kind for TCP, one for HTTP. This is all that the rest of the balancer knows of an HTTP
 * engine, so that another engine can take its place.
 */
export interface Frontend {
  /** Takes over a connection that was accepted and not read from yet, or that has come through what precedes its protocol. */
  accept(accepted: Accepted | Wire): void;
  /** The size of a connection's read buffer, in octets. */
  readonly readBytes: number;
  /** The target hangs: work that waits there and may be sent again goes elsewhere. */
  moveFrom(target: Target): void;
  /** Closes connections to the target that carry no work. */
  closeIdle(target: Target): void;
  /** Called about twice a second: closes what waited too long. */
  tick(nowMilliseconds: number): void;
  /** Tells clients to connect anew, to whom they like: each response is then the last one on its connection. */
  setDraining(draining: boolean): void;
  /** Lets sessions end, and takes no further request on their connections. */
  finish(): void;
  /** Ends all sessions now; who can be told, is told. Connections that carry none are left alone. */
  cut(): void;
  /** Drops what is left. */
  destroy(): void;
  /** Client connections that are open. */
  readonly connections: number;
  /** Those of them that carry no session now, but may bring one at any moment: between two requests, or in the waiting line. */
  readonly waiting: number;
  /** HTTP requests whose answer is not out. TCP: none. */
  readonly requests: number;
}

/** What a frontend works with. The functions give what is in force at the moment of the call. */
export interface FrontendContext {
  readonly listener: () => Listener;
  readonly limits: () => Limits;
  readonly retries: () => Retries;
  readonly proxyProtocol: () => BalancerConfig['proxyProtocol'];
  readonly forwardedHeader: () => BalancerConfig['forwardedHeader'];
  readonly dispatcher: Dispatcher;
  /** Where work waits while all backends are full. */
  readonly line: WaitingLine;
  readonly sessions: SessionBook;
  readonly counters: Counters;
  readonly accessLog: AccessLog;
  /** A client connection is over: to be called once for each that was accepted. */
  readonly left: () => void;
  /** Monotonic, in milliseconds. */
  readonly now: () => number;
}

export type CreateFrontend = (context: FrontendContext) => Frontend;
