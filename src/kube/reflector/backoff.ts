import type { Clock } from '../clock.ts';
import type { ReflectorDurations } from './durations.ts';

/** How long to wait before the next try. */
export interface Backoff {
  /** Doubles from call to call, with a jitter as long as the wait itself, so that clients that lost one server come back spread out. */
  nextMilliseconds(): number;
}

export function createBackoff(clock: Clock, random: () => number, durations: ReflectorDurations): Backoff {
  const { backoffMilliseconds, maxBackoffMilliseconds, backoffResetMilliseconds } = durations;
  let failures = 0;
  let lastAt = Number.NEGATIVE_INFINITY;

  return {
    nextMilliseconds() {
      const now = clock.monotonicMilliseconds();
      if (now - lastAt >= backoffResetMilliseconds) failures = 0;
      lastAt = now;

      const exponential = Math.min(backoffMilliseconds * 2 ** failures, maxBackoffMilliseconds);
      failures += 1;
      return exponential * (1 + random());
    },
  };
}
