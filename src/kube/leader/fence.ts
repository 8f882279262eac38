import type { Clock } from '../clock.ts';
import { checkDurations, defaultDurations, type ElectionDurations } from './durations.ts';

/** We may not write: the lease was never ours, is lost, or could not be renewed in time. */
export class LeaseLostError extends Error {
  override readonly name = 'LeaseLostError';
}

/** One moment on both clocks. */
export interface Moment {
  readonly monotonicMilliseconds: number;
  readonly wallMilliseconds: number;
}

/** Subtracted from what is left of a lease, for a request's way through the network and the API server's queues. */
const landingMarginMilliseconds = 1000;

/**
 * Says whether this process may still write. An election alone does not: a process that stood still (SIGSTOP, a blocked event loop, a
 * suspended machine) believes that it leads until its next look at a clock. So every write looks here first.
 */
export class LeaseFence {
  readonly durations: ElectionDurations;
  readonly #clock: Clock;
  #renewed: Moment | undefined;

  /** @throws RangeError, see `checkDurations` */
  constructor(clock: Clock, durations: ElectionDurations = defaultDurations) {
    checkDurations(durations);
    this.#clock = clock;
    this.durations = durations;
  }

  now(): Moment {
    return {
      monotonicMilliseconds: this.#clock.monotonicMilliseconds(),
      wallMilliseconds: this.#clock.now().getTime(),
    };
  }

  /** @param sent when the renewal was **sent**: followers cannot have seen it earlier than that, so they wait longer than we count */
  renewed(sent: Moment): void {
    this.#renewed = sent;
  }

  /** Given back or lost: no more writes. */
  close(): void {
    this.#renewed = undefined;
  }

  /** @throws LeaseLostError when the last renewal is too long ago, or there is none */
  assertHeld(): void {
    if (this.#renewed === undefined) {
      throw new LeaseLostError('Did not write: this process does not hold the lease');
    }
    const elapsed = this.#elapsedMilliseconds(this.#renewed);
    if (elapsed >= this.durations.renewDeadlineMilliseconds) {
      throw new LeaseLostError(
        `Did not write: the lease was last renewed ${Math.round(elapsed / 1000)} s ago, and another process may hold it by now`,
      );
    }
  }

  /** How long a write that starts now may take, so that it has ended, here and at the API server, before anybody else can lead. */
  writeMilliseconds(): number {
    if (this.#renewed === undefined) return 0;
    const left = this.durations.leaseMilliseconds - this.#elapsedMilliseconds(this.#renewed);
    return Math.max(0, left - landingMarginMilliseconds);
  }

  /** Until the renew deadline, by the monotonic clock; 0 when it has passed. */
  untilDeadlineMilliseconds(): number {
    if (this.#renewed === undefined) return 0;
    const elapsed = this.#clock.monotonicMilliseconds() - this.#renewed.monotonicMilliseconds;
    return Math.max(0, this.durations.renewDeadlineMilliseconds - elapsed);
  }

  /**
   * By the clock that ran further. Note: Linux stops the monotonic clock while a machine is suspended, the wall clock shows it. A wall
   * clock that was put forward costs us at most the writes until the next renewal; put back, it changes nothing.
   */
  #elapsedMilliseconds(since: Moment): number {
    const now = this.now();
    return Math.max(
      now.monotonicMilliseconds - since.monotonicMilliseconds,
      now.wallMilliseconds - since.wallMilliseconds,
    );
  }
}
