import { z } from 'zod';
import { isBalancer } from './balancer-status.ts';
import type { WatchedPod } from './watched-pod.ts';

/** What a sidecar writes into its termination log when it ends while sessions run through it. */
const LastWords = z.object({ sessionsCut: z.int().min(0), transitCut: z.int().min(0) });
export type SessionsCut = z.infer<typeof LastWords>;

/**
 * Sessions that were cut off by ends of the pod's sidecar that `before` does not show: each end is told once. A sidecar that was
 * restarted in place shows its last end beside its present life.
 */
export function sessionsCutSince(before: WatchedPod | undefined, pod: WatchedPod): SessionsCut[] {
  const known = new Set(endsOf(before).map(({ finishedAt }) => finishedAt));
  return endsOf(pod)
    .filter(({ finishedAt }) => !known.has(finishedAt))
    .map(({ message }) => parse(message))
    .filter((cut) => cut !== undefined)
    .filter(({ sessionsCut, transitCut }) => sessionsCut + transitCut > 0);
}

function endsOf(pod: WatchedPod | undefined): { finishedAt?: string; message?: string }[] {
  const sidecar = pod?.status?.initContainerStatuses?.find(isBalancer);
  const ends = [sidecar?.state?.terminated, sidecar?.lastState?.terminated];
  return ends.filter((end) => end !== undefined);
}

/** Other words than these are those of a crash. */
function parse(message: string | undefined): SessionsCut | undefined {
  try {
    return LastWords.safeParse(JSON.parse(message ?? '')).data;
  } catch {
    return undefined;
  }
}
