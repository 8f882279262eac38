import type { Clock } from '../../kube/clock.ts';
import type { Target } from '../backend.ts';
import type { HealthCheck } from '../config/schema.ts';
import { checkDelayMilliseconds } from './check-pace.ts';

/** One listener's targets, and where the results go. */
export interface CheckedListener {
  checkTargets(): readonly Target[];
  checked(target: Target, passed: boolean): void;
}

export interface ProberOptions {
  readonly clock: Clock;
  readonly random: () => number;
  /** Undefined: nothing is to be checked yet. */
  readonly settings: () => HealthCheck | undefined;
  /** The HTTP listeners as they are now. */
  readonly listeners: () => readonly CheckedListener[];
  readonly check: (target: Target, path: string, timeoutMilliseconds: number, signal: AbortSignal) => Promise<boolean>;
}

/** How often an idle prober looks whether there is something to check. */
const idleMilliseconds = 500;

/**
 * Checks every target of every HTTP listener, again and again until `signal` aborts. A round starts its checks spread over the
 * interval and does not wait for their results: a target that hangs is found after interval × threshold + time-out, not later.
 */
export async function runProber(options: ProberOptions, signal: AbortSignal): Promise<void> {
  const { clock, random, settings, listeners, check } = options;
  while (!signal.aborted) {
    const current = settings();
    const due = current?.mode === 'Active' ? listeners().flatMap((listener) => targetsOf(listener)) : [];
    if (current === undefined || due.length === 0) {
      await clock.sleep(idleMilliseconds, signal);
      continue;
    }
    const { http, intervalMilliseconds, timeoutMilliseconds } = current;
    const round = checkDelayMilliseconds(intervalMilliseconds, due.length, random());
    for (const { listener, target } of due) {
      // A result after the end says nothing.
      void check(target, http.path, timeoutMilliseconds, signal).then((passed) => {
        if (!signal.aborted) listener.checked(target, passed);
      });
      await clock.sleep(round / due.length, signal);
    }
  }
}

function targetsOf(listener: CheckedListener): readonly { listener: CheckedListener; target: Target }[] {
  return listener.checkTargets().map((target) => ({ listener, target }));
}
