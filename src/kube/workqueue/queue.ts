import type { Clock } from '../clock.ts';
import { KeyedHeap } from './keyed-heap.ts';
import type { WorkQueueMetrics, WorkQueueState } from './metrics.ts';
import { type RateLimiter, retryRateLimiter } from './rate-limit.ts';

/**
 * Priority for keys of the first list and of resyncs: after a restart the whole cluster is in the queue, and what a person changes now
 * must not wait behind it.
 */
export const initialListPriority = -100;

export interface AddOptions {
  /**
   * Higher goes first; 0 unless given. A key that waits already keeps the higher of both. `addAfter` and `addRateLimited` of a key that is
   * being worked on default to the priority it was handed out with.
   */
  readonly priority?: number;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly rateLimiter?: RateLimiter;
  readonly metrics?: WorkQueueMetrics;
}

interface Ready {
  readonly priority: number;
  readonly sinceMilliseconds: number;
}

interface Waiting {
  readonly dueMilliseconds: number;
  readonly priority: number;
}

interface Running {
  readonly priority: number;
  readonly sinceMilliseconds: number;
}

/**
 * Keys to work on, with the promises of client-go's workqueue: a key is never handed out twice at once; any number of adds before it is
 * handed out are one; an add while it is worked on makes it come once more after `done`.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #rateLimiter: RateLimiter;
  readonly #metrics: WorkQueueMetrics | undefined;
  readonly #ready = new KeyedHeap<Ready>((a, b) => b.priority - a.priority);
  readonly #waiting = new KeyedHeap<Waiting>((a, b) => a.dueMilliseconds - b.dueMilliseconds);
  readonly #running = new Map<string, Running>();
  /** Keys added while they were worked on. */
  readonly #again = new Map<string, Ready>();
  readonly #takers = new Set<(key: string | undefined) => void>();
  #alarm: { readonly dueMilliseconds: number; readonly controller: AbortController } | undefined;
  #closed = false;

  constructor(options: WorkQueueOptions) {
    this.#clock = options.clock;
    this.#rateLimiter = options.rateLimiter ?? retryRateLimiter(options.clock);
    this.#metrics = options.metrics;
  }

  /** Keys that are ready to be handed out (not those that wait for their time, nor those being worked on). */
  get length(): number {
    return this.#ready.size;
  }

  /** Makes the key ready now. A delay set for the same key before stays in force as well. */
  add(key: string, options: AddOptions = {}): void {
    if (this.#closed) return;

    const inLine = this.#running.has(key) ? this.#again.get(key) : this.#ready.get(key);
    const entry: Ready = {
      priority: Math.max(options.priority ?? 0, inLine?.priority ?? Number.NEGATIVE_INFINITY),
      sinceMilliseconds: inLine?.sinceMilliseconds ?? this.#clock.monotonicMilliseconds(),
    };
    if (inLine === undefined) this.#metrics?.added();
    if (this.#running.has(key)) {
      this.#again.set(key, entry);
      return;
    }
    this.#ready.set(key, entry);
    this.#handOut();
  }

  /** Makes the key ready after a delay. Of several delays for one key the one that ends first counts. */
  addAfter(key: string, milliseconds: number, options: AddOptions = {}): void {
    if (this.#closed) return;

    const priority = options.priority ?? this.#running.get(key)?.priority ?? 0;
    if (milliseconds <= 0) {
      this.add(key, { priority });
      return;
    }
    const due = this.#clock.monotonicMilliseconds() + milliseconds;
    const known = this.#waiting.get(key);
    this.#waiting.set(key, {
      dueMilliseconds: Math.min(due, known?.dueMilliseconds ?? due),
      priority: Math.max(priority, known?.priority ?? priority),
    });
    this.#setAlarm();
  }

  /** Makes the key ready when the rate limiter allows: for a key whose work failed. */
  addRateLimited(key: string, options: AddOptions = {}): void {
    if (this.#closed) return;

    this.#metrics?.retried();
    this.addAfter(key, this.#rateLimiter.next(key), options);
  }

  /** The work on the key succeeded or was given up: its next failure starts again from the shortest delay. */
  forget(key: string): void {
    this.#rateLimiter.forget(key);
  }

  /** Failures of the key since the last `forget`. */
  failures(key: string): number {
    return this.#rateLimiter.failures(key);
  }

  /** The next key; undefined when the signal aborts or the queue is shut down. Whoever got a key must call `done` with it. */
  next(signal: AbortSignal): Promise<string | undefined> {
    if (signal.aborted || this.#closed) return Promise.resolve(undefined);

    return new Promise((resolve) => {
      const take = (key: string | undefined): void => {
        this.#takers.delete(take);
        signal.removeEventListener('abort', leave);
        resolve(key);
      };
      const leave = (): void => take(undefined);
      signal.addEventListener('abort', leave);
      this.#takers.add(take);
      this.#handOut();
    });
  }

  /** The work on the key ended, whatever came of it. */
  done(key: string): void {
    const running = this.#running.get(key);
    if (running === undefined) return;

    this.#running.delete(key);
    this.#metrics?.finished(this.#secondsSince(running.sinceMilliseconds));
    const again = this.#again.get(key);
    if (again === undefined) return;

    this.#again.delete(key);
    this.#ready.set(key, again);
    this.#handOut();
  }

  /** Takes no more keys, hands none out, and lets go of its timer. */
  shutDown(): void {
    this.#closed = true;
    this.#alarm?.controller.abort();
    for (const take of this.#takers) take(undefined);
  }

  /** For gauges, when the metrics are collected. */
  state(): WorkQueueState {
    const running = [...this.#running.values()].map((entry) => this.#secondsSince(entry.sinceMilliseconds));
    const depthByPriority = new Map<number, number>();
    for (const { priority } of this.#ready.values()) {
      depthByPriority.set(priority, (depthByPriority.get(priority) ?? 0) + 1);
    }
    return {
      depthByPriority,
      unfinishedSeconds: running.reduce((sum, seconds) => sum + seconds, 0),
      longestRunningSeconds: Math.max(0, ...running),
    };
  }

  #handOut(): void {
    for (const take of this.#takers) {
      const first = this.#ready.pop();
      if (first === undefined) return;

      this.#running.set(first.key, {
        priority: first.value.priority,
        sinceMilliseconds: this.#clock.monotonicMilliseconds(),
      });
      this.#metrics?.started(this.#secondsSince(first.value.sinceMilliseconds));
      take(first.key);
    }
  }

  /** One timer, for the key that is due first. */
  #setAlarm(): void {
    const first = this.#waiting.peek();
    if (first === undefined || this.#closed) return;
    if (this.#alarm !== undefined && this.#alarm.dueMilliseconds <= first.value.dueMilliseconds) return;

    this.#alarm?.controller.abort();
    const alarm = { dueMilliseconds: first.value.dueMilliseconds, controller: new AbortController() };
    this.#alarm = alarm;
    const delay = alarm.dueMilliseconds - this.#clock.monotonicMilliseconds();
    // The promise never rejects, and the abort above or in `shutDown` ends it: the alarm owns it.
    void this.#clock.sleep(delay, alarm.controller.signal).then(() => {
      if (alarm.controller.signal.aborted) return;
      this.#alarm = undefined;
      this.#moveDue();
      this.#setAlarm();
    });
  }

  #moveDue(): void {
    const now = this.#clock.monotonicMilliseconds();
    for (let first = this.#waiting.peek(); first !== undefined; first = this.#waiting.peek()) {
      // Note: a timer may come early (it is clamped to 24.8 days); then nothing is due and the alarm is set again.
      if (first.value.dueMilliseconds > now) return;
      this.#waiting.pop();
      this.add(first.key, { priority: first.value.priority });
    }
  }

  #secondsSince(milliseconds: number): number {
    return (this.#clock.monotonicMilliseconds() - milliseconds) / 1000;
  }
}
