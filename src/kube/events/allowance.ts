import type { Clock } from '../clock.ts';

/** client-go's spam filter: an object that changes all the time must not fill the cluster with events. */
const burst = 25;
const refillMilliseconds = 300_000;

interface Bucket {
  tokens: number;
  filledAt: number;
}

/**
 * How many events may still be sent about each subject (an object and a reason): 25 at once, then one per 300 s. Remembers the last
 * `maxSubjects`.
 */
export class EventAllowance {
  readonly #clock: Clock;
  readonly #maxSubjects: number;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock, maxSubjects = 4096) {
    this.#clock = clock;
    this.#maxSubjects = maxSubjects;
  }

  /** Uses one up; false when there is none left. */
  take(subject: string): boolean {
    const now = this.#clock.monotonicMilliseconds();
    const bucket = this.#buckets.get(subject) ?? { tokens: burst, filledAt: now };
    const tokens = Math.min(burst, bucket.tokens + (now - bucket.filledAt) / refillMilliseconds);
    const allowed = tokens >= 1;
    this.#remember(subject, { tokens: allowed ? tokens - 1 : tokens, filledAt: now });
    return allowed;
  }

  #remember(subject: string, bucket: Bucket): void {
    this.#buckets.delete(subject);
    this.#buckets.set(subject, bucket);
    const [oldest] = this.#buckets.keys();
    if (this.#buckets.size > this.#maxSubjects && oldest !== undefined) this.#buckets.delete(oldest);
  }
}
