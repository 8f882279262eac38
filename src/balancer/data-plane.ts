import type { Logger } from '../kube/logger.ts';
import type { Clock } from '../kube/clock.ts';
import type { Backend } from './backend.ts';
import type { BalancerConfig } from './config/schema.ts';
import type { TryWrite } from './log/standard-output.ts';
import type { Metrics } from './metrics/metrics.ts';
import type { SessionCounts } from './sessions/session-counts.ts';
import type { News, Shares } from './shares.ts';

/**
 * The part of the balancer that carries bytes: listeners, rotation, health, retries. It knows nothing of Kubernetes; whoever watches
 * the pool tells it what the pool looks like. Made by `createDataPlane` in `./create-data-plane.ts`.
 */
export interface DataPlane {
  /**
   * Takes the whole set at once. Backends that left keep the sessions they have; idle connections to them are closed, and requests
   * that wait for their first response byte and may be repeated move to another backend.
   */
  setBackends(backends: readonly Backend[]): void;

  /**
   * Opens new listeners, closes removed ones (their sessions live on) and changes the rest in place. No session is cut.
   * @throws {ListenError} when an address cannot be listened on; everything else of `config` is in force nevertheless, and the same
   * call again tries once more.
   */
  setConfig(config: BalancerConfig): Promise<void>;

  /** Live counts, taken at the moment of the call. */
  sessions(): SessionCounts;

  /**
   * While this is on, HTTP clients are told to connect anew: their next response is the last one on its connection. Listeners stay
   * open, and sessions go on. That no new work goes to a backend which drains is said with `setBackends`.
   */
  setDraining(draining: boolean): void;

  /** Client connections that carry no session now, but may bring a request at any moment: HTTP, between two requests. */
  waitingClients(): number;

  /**
   * Ends all sessions now and tells how many they were: WebSockets get a Close frame with 1001 between two frames, HTTP requests
   * without a response 504, the rest a reset. They count no more, although a last word may still be on its way. Listeners stay open.
   */
  cut(): SessionCounts;

  /** All metrics of the program, in the Prometheus text format. */
  scrape(): string | Promise<string>;

  /**
   * Stops to accept, answers what is in flight (HTTP keep-alive clients get `Connection: close`) and resolves when the last session
   * has ended. When `signal` aborts meanwhile, what is left is cut as by `cut`; when it is aborted already, it is dropped. Idempotent.
   */
  close(signal?: AbortSignal): Promise<void>;
}

/** A data plane of one thread. */
export interface ThreadDataPlane extends DataPlane {
  /** Takes what another thread has learned. @param listener as `listenerKey` makes it */
  hear(listener: string, news: News): void;
  /** Work of another thread ended: somewhere there may be room. */
  placeFreed(): void;
}

/** What a data plane needs from outside. */
export interface DataPlaneOptions {
  readonly clock: Clock;
  /** From 0 (inclusive) to 1 (exclusive). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: Metrics;
  /** Where the access log goes; absent = nowhere. */
  readonly tryWrite?: TryWrite | undefined;
  /** The backend that lives beside this balancer: `PreferLocal` prefers it, `transit` leaves it out. Absent in static mode. */
  readonly ownName?: string | undefined;
  /** Of one of several threads; absent = there is no other. With shares, somebody else carries out the active checks. */
  readonly shares?: Shares | undefined;
}

/** A listener's address could not be opened. The message names the listener, the address and the cause. */
export class ListenError extends Error {
  override readonly name = 'ListenError';
  /** The system's code, such as EADDRINUSE. */
  readonly code: string;

  constructor(message: string, code: string, cause?: unknown) {
    super(message, { cause });
    this.code = code;
  }
}
