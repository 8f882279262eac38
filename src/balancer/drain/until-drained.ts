import type { Clock } from '../../kube/clock.ts';

export interface DrainedFacts {
  /** The pod is being deleted. */
  readonly isEnding: () => boolean;
  /** Nobody uses the gateway of this pod, nor any other one through this pod. */
  readonly isQuiet: () => Promise<boolean>;
  /** Aborts when the time of the pod is over and everything was cut. */
  readonly over: AbortSignal;
  readonly clock: Clock;
}

/**
 * The kubelet asks /drained also before it restarts a gateway whose liveness probe failed, and nobody tells it apart from the end of
 * the pod. The sign of that comes at the same moment; this long after it, there is none.
 */
const restartMilliseconds = 5000;
const lookMilliseconds = 500;

/** In the first moments, and for the second look: most pods that end have nobody in them, and a rollout waits for each. */
const quickLookMilliseconds = 100;
const firstMilliseconds = 2000;

/** One look may fall between two requests, or on a row of the kernel's table that just moved. */
const quietLooks = 2;

/** Waits until the gateway of this pod may be stopped, or `gone` aborts: nobody waits any more. Changes nothing. */
export async function untilDrained(facts: DrainedFacts, gone: AbortSignal): Promise<void> {
  const { isEnding, isQuiet, over, clock } = facts;
  const startedAt = clock.monotonicMilliseconds();
  const end = AbortSignal.any([gone, over]);
  let quiet = 0;
  while (!end.aborted) {
    if (isEnding()) {
      quiet = (await isQuiet()) ? quiet + 1 : 0;
      if (quiet >= quietLooks) return;
    } else if (clock.monotonicMilliseconds() - startedAt >= restartMilliseconds) {
      return;
    }
    const isFirst = clock.monotonicMilliseconds() - startedAt < firstMilliseconds;
    await clock.sleep(quiet > 0 || isFirst ? quickLookMilliseconds : lookMilliseconds, end);
  }
}
