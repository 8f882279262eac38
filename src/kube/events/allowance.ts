import type { Clock } from '../clock.ts';

/** client-go's spam filter: an object that changes all the time must not fill the cluster with events. */
const burst = 25;
const refillMilliseconds = 300_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/** How many events may still be sent about each object: 25 at once, then one per 300 s. Remembers `maxObjects` objects. */
export class EventAllowance {
  readonly #clock: Clock;
  readonly #maxObjects: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, maxObjects = 4096) {
    this.#clock = clock;
    this.#maxObjects = maxObjects;
  }

  /** Uses one up; false when there is none left. */
  take(object: string): boolean {
    const now = this.#clock.monotonicMilliseconds();
    const bucket = this.#buckets.get(object) ?? { tokens: burst, filledAt: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.filledAt) / refillMilliseconds);
    const allowed = tokens >= 1;
    this.#remember(object, { tokens: allowed ? tokens - 1 : tokens, filledAt: now });
    return allowed;
  }

  #remember(object: string, bucket: Bucket): void {
    this.#buckets.delete(object);
    this.#buckets.set(object, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.#maxObjects && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
