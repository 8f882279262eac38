import type { Clock } from '../clock.ts';
import { linkedAbort } from '../linked-abort.ts';

/** A time limit joined with the caller's own signal. Dispose of it when the work is done, or its timer stays behind. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** What ended it, if something did. */
  readonly ended: 'Timeout' | 'Aborted' | undefined;
  readonly totalMilliseconds: number;
  remainingMilliseconds(): number;
  dispose(): void;
}

/** Starts a limit of `totalMilliseconds`, from now. */
export function startDeadline(clock: Clock, totalMilliseconds: number, parent: AbortSignal | undefined): Deadline {
  const work = linkedAbort(parent);
  const timer = new AbortController();
  const endsAt = clock.monotonicMilliseconds() + totalMilliseconds;
  let timedOut = false;

  void clock.sleep(totalMilliseconds, timer.signal).then(() => {
    if (timer.signal.aborted || work.signal.aborted) return;
    timedOut = true;
    work.abort();
  });

  return {
    signal: work.signal,
    get ended() {
      if (!work.signal.aborted) return undefined;
      return timedOut ? 'Timeout' : 'Aborted';
    },
    totalMilliseconds,
    remainingMilliseconds: () => endsAt - clock.monotonicMilliseconds(),
    dispose() {
      // With a reason: the default one is a DOMException with a stack, made anew for every call and read by nobody.
      timer.abort('disposed');
      work.unlink();
    },
  };
}
