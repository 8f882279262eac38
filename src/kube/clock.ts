import { performance } from 'node:perf_hooks';

/** Time as a parameter, so that what takes minutes is tested in milliseconds. */
export interface Clock {
  /** Milliseconds since an arbitrary start; never jumps. For every duration. */
  monotonicMilliseconds(): number;
  /** The wall clock, which may jump. Only for timestamps that people or other programs read. */
  now(): Date;
  /**
   * Resolves after `milliseconds`, or at once when the signal aborts. Never rejects: the caller asks `signal.aborted` next, as after
   * every other await.
   */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** `setTimeout` fires at once beyond this (about 24.8 days). */
const longestTimerMilliseconds = 2 ** 31 - 1;

/** The clock of this process. */
export const systemClock: Clock = {
  monotonicMilliseconds: () => performance.now(),
  now: () => new Date(),
  sleep: (milliseconds, signal) =>
    new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const finish = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', finish);
        resolve();
      };
      const timer = setTimeout(finish, Math.min(Math.max(milliseconds, 0), longestTimerMilliseconds));
      signal.addEventListener('abort', finish);
    }),
};
