import type { Clock } from '../clock.ts';

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
  const controller = new AbortController();
  const timer = new AbortController();
  const endsAt = clock.monotonicMilliseconds() + totalMilliseconds;
  let ended: 'Timeout' | 'Aborted' | undefined;

  const end = (why: 'Timeout' | 'Aborted'): void => {
    ended ??= why;
    controller.abort();
  };
  const onParentAbort = (): void => end('Aborted');
  if (parent?.aborted === true) end('Aborted');
  parent?.addEventListener('abort', onParentAbort);
  void clock.sleep(totalMilliseconds, timer.signal).then(() => {
    if (!timer.signal.aborted) end('Timeout');
  });

  return {
    signal: controller.signal,
    get ended() {
      return ended;
    },
    totalMilliseconds,
    remainingMilliseconds: () => endsAt - clock.monotonicMilliseconds(),
    dispose() {
      timer.abort();
      parent?.removeEventListener('abort', onParentAbort);
    },
  };
}
