import { gatewayContainerName } from '../../api/pod-names.ts';
import type { ReadonlyStore } from '../../kube/cache/store.ts';
import type { Clock } from '../../kube/clock.ts';
import { keyOf } from '../../kube/object.ts';
import { isBalancer } from './balancer-status.ts';
import type { ProgressAge, WatchedPod } from './watched-pod.ts';

/**
 * Measures the time that a rollout's progress deadline is about by this process's own clock: that of the cluster may be an hour off,
 * and would call every new pod failed at once. A restarted operator counts anew.
 */
export function trackProgress(pods: ReadonlyStore<WatchedPod>, clock: Clock): ProgressAge {
  return trackAges(pods, clock, progressSince);
}

/** Measures how long gateway containers run, in the same way: a gateway needs some seconds before it is worth a word that it is not ready. */
export function trackGateways(pods: ReadonlyStore<WatchedPod>, clock: Clock): ProgressAge {
  return trackAges(pods, clock, gatewayRunsSince);
}

/** Time since the first look at a pod with which `sinceOf` gave what it gives now. */
function trackAges(
  pods: ReadonlyStore<WatchedPod>,
  clock: Clock,
  sinceOf: (pod: WatchedPod) => string | undefined,
): ProgressAge {
  const known = new Map<string, { readonly since: string; readonly seenAt: number }>();
  pods.onChange((event) => {
    const key = keyOf(event.new ?? event.old);
    const since = event.new && sinceOf(event.new);
    if (event.new === undefined || since === undefined) {
      known.delete(key);
    } else if (known.get(key)?.since !== markOf(event.new, since)) {
      known.set(key, { since: markOf(event.new, since), seenAt: clock.monotonicMilliseconds() });
    }
  });

  return (pod) => {
    const since = sinceOf(pod);
    if (since === undefined) return undefined;
    const found = known.get(keyOf(pod));
    return found?.since === markOf(pod, since) ? clock.monotonicMilliseconds() - found.seenAt : 0;
  };
}

/** When the gateway container was started, as the cluster tells it; undefined while it does not run. */
export function gatewayRunsSince({ status }: WatchedPod): string | undefined {
  const running = status?.containerStatuses?.find(({ name }) => name === gatewayContainerName)?.state?.running;
  return running && (running.startedAt ?? '');
}

function markOf({ metadata }: WatchedPod, since: string): string {
  return `${metadata.uid} ${since}`;
}

/**
 * The moment, as the cluster tells it, since which a pod could become Ready; undefined while it waits for its seat, because the
 * sessions of its predecessor may take as long as they like.
 *
 * A pod's sidecar is an init container that goes on running, so the condition Initialized becomes true when it lets the gateway start:
 * https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/#differences-from-init-containers
 */
export function progressSince({ metadata, status }: WatchedPod): string | undefined {
  const initialized = status?.conditions?.find(({ type }) => type === 'Initialized');
  if (initialized?.status === 'True') return initialized.lastTransitionTime ?? metadata.creationTimestamp;

  const sidecar = status?.initContainerStatuses?.find(isBalancer);
  if (sidecar?.state?.running !== undefined) return undefined;

  // Note: not from the creation when it ran before: a pod that has waited for hours would be called failed for one crash of its sidecar.
  const ended = sidecar?.state?.terminated ?? sidecar?.lastState?.terminated;
  return ended?.finishedAt ?? metadata.creationTimestamp;
}
