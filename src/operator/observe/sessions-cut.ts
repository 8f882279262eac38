import { z } from 'zod';
import { isBalancer } from './balancer-status.ts';
import type { WatchedContainerStatus, WatchedPod } from './watched-pod.ts';

/** What a sidecar writes into its termination log when it ends while sessions run through it. */
const LastWords = z.object({ sessionsCut: z.int().min(0), transitCut: z.int().min(0) });

export type SessionsCut =
  | ({ readonly known: true } & z.infer<typeof LastWords>)
  /** It was killed before it could count. `how`, in Kubernetes' words: `OOMKilled, exit code 137`. */
  | { readonly known: false; readonly how: string };

type End = NonNullable<NonNullable<WatchedContainerStatus['state']>['terminated']>;

/**
 * Sessions that were cut off by ends of the pod's sidecar that `before` does not show: each end is told once. A sidecar that was
 * restarted in place shows its last end beside its present life.
 */
export function sessionsCutSince(before: WatchedPod | undefined, pod: WatchedPod): SessionsCut[] {
  const known = new Set(endsOf(before).map(({ finishedAt }) => finishedAt));
  return endsOf(pod)
    .filter(({ finishedAt }) => !known.has(finishedAt))
    .map((end) => cutBy(end, hadStarted(before)))
    .filter((cut) => cut !== undefined);
}

/** One that was killed while it held its gateway back carried nothing. */
function hadStarted(before: WatchedPod | undefined): boolean {
  return before?.status?.initContainerStatuses?.find(isBalancer)?.started === true;
}

function cutBy({ message, reason, exitCode }: End, mayCarry: boolean): SessionsCut | undefined {
  const words = parse(message);
  if (words !== undefined) return words.sessionsCut + words.transitCut === 0 ? undefined : { known: true, ...words };
  if (!mayCarry || exitCode === undefined || exitCode === 0) return undefined;
  return { known: false, how: `${reason ?? 'Error'}, exit code ${exitCode}` };
}

function endsOf(pod: WatchedPod | undefined): End[] {
  const sidecar = pod?.status?.initContainerStatuses?.find(isBalancer);
  const ends = [sidecar?.state?.terminated, sidecar?.lastState?.terminated];
  return ends.filter((end) => end !== undefined);
}

/** Other words than these are those of a crash. */
function parse(message: string | undefined): z.infer<typeof LastWords> | undefined {
  try {
    return LastWords.safeParse(JSON.parse(message ?? '')).data;
  } catch {
    return undefined;
  }
}
