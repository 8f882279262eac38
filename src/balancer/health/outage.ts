/** Tells the beginning of an outage of one target from a trickle of failures. Milliseconds of the monotonic clock. */
export interface OutageState {
  readonly beganAt: number;
  readonly lastFailureAt: number;
}

export const noOutage: OutageState = {
  beganAt: Number.NEGATIVE_INFINITY,
  lastFailureAt: Number.NEGATIVE_INFINITY,
};

const quietMilliseconds = 10_000;
const freshMilliseconds = 1000;

/** A failure after at least 10 s without one begins a new outage. */
export function afterOutageFailure(state: OutageState, now: number): OutageState {
  const begins = now - state.lastFailureAt > quietMilliseconds;
  return { beganAt: begins ? now : state.beganAt, lastFailureAt: now };
}

/**
 * In the first second of an outage all its requests are moved away together, whatever the retry budget says: each is repeated once
 * only, so this cannot become a storm, and a crash costs no request that may be repeated (guarantee G6).
 */
export function isFreshOutage(state: OutageState, now: number): boolean {
  return now - state.beganAt <= freshMilliseconds;
}
