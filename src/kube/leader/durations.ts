/** Times of a leader election. What client-go, and so nearly every controller, uses is in `defaultDurations`. */
export interface ElectionDurations {
  /** A follower takes over after it has seen no renewal for so long. Whole seconds: the Lease stores it so. */
  readonly leaseMilliseconds: number;
  /** A leader that could not renew for so long stops. */
  readonly renewDeadlineMilliseconds: number;
  /** Between two tries to renew, or to acquire. */
  readonly retryMilliseconds: number;
}

export const defaultDurations: ElectionDurations = {
  leaseMilliseconds: 15_000,
  renewDeadlineMilliseconds: 10_000,
  retryMilliseconds: 2000,
};

/** Followers wait up to so many times `retryMilliseconds`, so that they do not all ask at once. */
export const retryJitter = 1.2;

/** @throws RangeError for durations with which two leaders at once would be possible, or none for long. */
export function checkDurations(durations: ElectionDurations): void {
  const { leaseMilliseconds: lease, renewDeadlineMilliseconds: renew, retryMilliseconds: retry } = durations;
  if (lease % 1000 !== 0) throw new RangeError(`The lease duration must be whole seconds, not ${lease} ms`);
  if (lease <= renew) {
    throw new RangeError(`The lease duration (${lease} ms) must be longer than the renew deadline (${renew} ms)`);
  }
  if (retry <= 0 || renew <= retry * retryJitter) {
    throw new RangeError(`The renew deadline (${renew} ms) must be longer than ${retryJitter} retries (${retry} ms)`);
  }
}
