import type { Clock } from '../clock.ts';

/** Says how long a key that failed has to wait before it is tried again. */
export interface RateLimiter {
  /** Milliseconds until the next try; counts as one more failure of this key. */
  next(key: string): number;
  /** The key succeeded (or was given up): its next failure starts from the shortest delay. */
  forget(key: string): void;
  /** Failures since the last `forget`. */
  failures(key: string): number;
}

export interface RetryDelays {
  /** Delay after the first failure; doubles with each further one. Default 5 ms. */
  readonly baseMilliseconds?: number;
  /** Longest delay of one key. Default 300 s: client-go's 1000 s is too long for a person who waits. */
  readonly maxMilliseconds?: number;
  /** Retries per second over all keys. Default 10. */
  readonly perSecond?: number;
  /** Retries at once before `perSecond` bites. Default 100. */
  readonly burst?: number;
}

/**
 * The larger of an exponential delay per key and a token bucket over all keys (client-go's DefaultTypedControllerRateLimiter), so that
 * one bad object waits longer and longer, and a thousand bad objects do not load the API server together.
 */
export function retryRateLimiter(clock: Clock, delays: RetryDelays = {}): RateLimiter {
  const { baseMilliseconds = 5, maxMilliseconds = 300_000, perSecond = 10, burst = 100 } = delays;
  const failures = new Map<string, number>();
  const reserve = tokenBucket(clock, perSecond, burst);

  return {
    next(key) {
      const failed = failures.get(key) ?? 0;
      failures.set(key, failed + 1);
      // Note: 2 ** 1024 is Infinity, which Math.min takes in its stride.
      const exponential = Math.min(baseMilliseconds * 2 ** failed, maxMilliseconds);
      return Math.max(exponential, reserve());
    },
    forget(key) {
      failures.delete(key);
    },
    failures(key) {
      return failures.get(key) ?? 0;
    },
  };
}

/** A bucket whose tokens may be taken in advance: each call takes one and says how many milliseconds until that one is there. */
export function tokenBucket(clock: Clock, perSecond: number, burst: number): () => number {
  let tokens = burst;
  let filledAt = clock.monotonicMilliseconds();

  return () => {
    const now = clock.monotonicMilliseconds();
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond) - 1;
    filledAt = now;
    return tokens >= 0 ? 0 : (-tokens / perSecond) * 1000;
  };
}
