import type { Logger } from '../logger.ts';
import type { Store } from '../cache/store.ts';
import type { Clock } from '../clock.ts';
import { linkedAbort } from '../linked-abort.ts';
import type { LinkedAbort } from '../linked-abort.ts';
import type { KubeObject } from '../object.ts';
import type { KubeTransport } from '../transport/transport.ts';
import { createBackoff } from './backoff.ts';
import type { Backoff } from './backoff.ts';
import { compareWithServer } from './compare.ts';
import { defaultDurations } from './durations.ts';
import type { ReflectorDurations } from './durations.ts';
import { createFollower } from './follower.ts';
import type { Follower } from './follower.ts';
import type { ReflectorMetrics, RelistReason } from './metrics.ts';
import { reactTo } from './reaction.ts';
import type { Reaction } from './reaction.ts';
import { describeScope } from './watch-scope.ts';
import type { WatchScope } from './watch-scope.ts';
import type { StreamEnd } from './watch-stream.ts';

export interface ReflectorOptions<T extends KubeObject> extends WatchScope {
  readonly transport: KubeTransport;
  readonly store: Store<T>;
  /** Drops what the cache need not hold. Still sees the managed fields, which are dropped afterwards in any case. */
  readonly transform?: (object: T) => T;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics?: ReflectorMetrics;
  readonly durations?: Partial<ReflectorDurations>;
}

/**
 * Keeps a store the same as one collection of the API server, whatever happens on the way: reads it once, follows its changes, and
 * starts again where it must. Behaves as client-go's tools/cache/reflector.go; what differs has its reason beside it.
 */
export class Reflector<T extends KubeObject> {
  readonly #options: ReflectorOptions<T>;
  readonly #what: string;
  readonly #durations: ReflectorDurations;
  readonly #backoff: Backoff;
  /** For a server that says when to come again: it is there, however long it was not. */
  readonly #toldBackoff: Backoff;
  readonly #follower: Follower;
  #running = false;
  #synced = false;
  #lastEventAt: number;
  /** Why the collection must be read as a whole before its changes can be followed. */
  #relist: RelistReason | undefined = 'Initial';
  #fromScratch = true;
  #initialObjects = true;
  #relistedAt = Number.NEGATIVE_INFINITY;
  #failingSince: number | undefined;
  #stream: LinkedAbort | undefined;

  constructor(options: ReflectorOptions<T>) {
    const { transport, store, clock, random, logger, metrics } = options;
    this.#options = options;
    this.#what = describeScope(options);
    this.#durations = { ...defaultDurations, ...options.durations };
    this.#backoff = createBackoff(clock, random, this.#durations);
    this.#toldBackoff = createBackoff(clock, random, this.#durations);
    this.#lastEventAt = clock.monotonicMilliseconds();
    this.#follower = createFollower({
      transport,
      scope: options,
      store,
      transform: options.transform ?? ((object) => object),
      clock,
      random,
      durations: this.#durations,
      onEvent: () => {
        this.#lastEventAt = clock.monotonicMilliseconds();
      },
      onCollected: (objects, resourceVersion) => this.#fill(objects, resourceVersion),
    });
    store.reportHandlerErrors((error) => {
      metrics?.handlerFailed();
      logger.error({ err: error, what: this.#what }, 'Handler of a cache failed');
    });
  }

  /** True from the first complete read on, for good: an old copy is better than none. */
  hasSynced(): boolean {
    return this.#synced;
  }

  /** Since the last event or bookmark, or else since the start. Beyond a few minutes the cache may be out of date. */
  lastEventAgeMilliseconds(): number {
    return this.#options.clock.monotonicMilliseconds() - this.#lastEventAt;
  }

  /** Works until the signal aborts, and never gives up before. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#running) throw new Error(`The reflector of ${this.#what} is already running`);
    this.#running = true;
    const comparing = this.#compareRegularly(signal);
    while (!signal.aborted) {
      const stream = linkedAbort(signal);
      this.#stream = stream;
      const end = await this.#follow(stream.signal);
      stream.unlink();
      // Stopped, but not by our caller: the comparison wants a relist, and has said so.
      if (signal.aborted || end.cause === 'Stopped') continue;
      await this.#recover(end, signal);
    }
    await comparing;
    this.#running = false;
  }

  #follow(signal: AbortSignal): Promise<StreamEnd> {
    if (this.#relist === undefined) return this.#follower.watch(signal);

    this.#options.metrics?.relisted(this.#relist);
    this.#relistedAt = this.#options.clock.monotonicMilliseconds();
    if (!this.#initialObjects) return this.#follower.listThenWatch(signal);
    const resourceVersion = this.#fromScratch ? '' : this.#options.store.resourceVersion;
    return this.#follower.watchWithInitialObjects(resourceVersion, signal);
  }

  #fill(objects: Map<string, T>, resourceVersion: string): void {
    const { store, logger } = this.#options;
    const reason = this.#relist;
    store.replace(objects, resourceVersion, { initial: !this.#synced });
    this.#synced = true;
    this.#relist = undefined;
    this.#fromScratch = false;
    logger.debug({ what: this.#what, reason, objects: objects.size, resourceVersion }, 'Filled cache');
  }

  async #recover(end: Exclude<StreamEnd, { readonly cause: 'Stopped' }>, signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const now = clock.monotonicMilliseconds();
    this.#failingSince = end.cause === 'Failed' && !end.healthy ? (this.#failingSince ?? now) : undefined;
    const reaction = reactTo(end, {
      collecting: this.#relist !== undefined,
      failingMilliseconds: now - (this.#failingSince ?? now),
      sinceRelistMilliseconds: now - this.#relistedAt,
      relistAfterFailingMilliseconds: this.#durations.relistAfterFailingMilliseconds,
    });
    // A first read that goes wrong stays a first read.
    if (reaction.relist !== undefined) this.#relist ??= reaction.relist;
    if (reaction.fromScratch === true) this.#fromScratch = true;
    if (reaction.withoutInitialObjects === true) this.#initialObjects = false;

    const waitMilliseconds = reaction.backoff ? this.#waitAfter(end) : 0;
    this.#report(end, reaction, waitMilliseconds);
    if (waitMilliseconds > 0) await clock.sleep(waitMilliseconds, signal);
  }

  #waitAfter(end: StreamEnd): number {
    const told = end.cause === 'Failed' ? (end.error.retryAfterSeconds ?? 0) * 1000 : 0;
    const backoff = told > 0 ? this.#toldBackoff : this.#backoff;
    return Math.max(backoff.nextMilliseconds(), Math.min(told, this.#durations.maxBackoffMilliseconds));
  }

  #report(end: StreamEnd, { relist, reconnect }: Reaction, waitMilliseconds: number): void {
    const { logger, metrics } = this.#options;
    if (reconnect !== undefined) metrics?.reconnected(reconnect);

    const details = { what: this.#what, waitMilliseconds: Math.round(waitMilliseconds), ...(relist && { relist }) };
    if (end.cause === 'Failed') {
      if (end.error.code === 'BadResponse') metrics?.parseFailed();
      logger.warn({ ...details, error: end.error.message }, 'Watch failed');
    } else {
      logger.debug({ ...details, cause: end.cause }, 'Watch ended');
    }
  }

  /** The safety net under the watch; with a jitter, so that many clients do not compare at the same moment. */
  async #compareRegularly(signal: AbortSignal): Promise<void> {
    const { clock, random, metrics, logger } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(this.#durations.compareEveryMilliseconds * (0.8 + 0.4 * random()), signal);
      if (signal.aborted || this.#relist !== undefined) continue;

      const result = await compareWithServer(
        { ...this.#options, scope: this.#options, durations: this.#durations, initialObjects: this.#initialObjects },
        signal,
      );
      if (signal.aborted || this.#relist !== undefined) continue;
      if (result.verdict === 'Same' || result.verdict === 'Unknown') continue;

      const missed = result.verdict === 'Missed' ? result.keys : [];
      metrics?.missedEvents(missed.length);
      logger.error(
        { what: this.#what, missed: missed.slice(0, 10), count: missed.length },
        'Cache differed from the API server',
      );
      this.#relist = 'Missed';
      this.#fromScratch = true;
      this.#stream?.abort();
    }
  }
}
