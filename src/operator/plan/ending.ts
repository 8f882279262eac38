import type { PlannedEvent } from './actions.ts';
import { hasServed } from './has-served.ts';
import type { Observation, ObservedPod } from './observation.ts';
import { orderOf } from './order-of.ts';
import type { Slot } from './slots.ts';
import { hasStarted, slotsOf } from './slots.ts';

/**
 * Until when a pod lasts that was told to end, after "it ends": what it waits for and what the cluster says of its end. Note: a moment
 * and not a time that is left, or the status would be another one each time somebody looks.
 */
export function whenItEnds({ endsAt }: Pick<ObservedPod, 'endsAt'>): string {
  return endsAt === undefined
    ? 'when its sessions or its grace period are over'
    : `when its sessions are over, at ${endsAt} at the latest`;
}

/** Slots in which an instance was told to end and still works: it takes nothing new, and waits for its sessions. */
export function endingSlots(slots: readonly Slot[]): readonly Slot[] {
  return slots.filter(({ pods }) => pods.some((pod) => pod.terminating && !pod.nodeLost && hasStarted(pod)));
}

/** Once for each instance that served and that somebody else ends: `kubectl delete`, `kubectl drain`, an eviction. */
export function endingEvents(observation: Observation): PlannedEvent[] {
  return slotsOf(observation).flatMap((slot) =>
    slot.pods.filter((pod) => isNews(slot, pod, observation)).map((pod) => endingEvent(slot, pod)),
  );
}

/** Note: the last status calls the pod its slot's until it is told to end; the next one shows that it stops, or the pod that comes after. */
function isNews(slot: Slot, pod: ObservedPod, observation: Observation): boolean {
  const isEnding = pod.terminating && !pod.nodeLost && hasServed(slot.name, pod, observation.pool);
  return isEnding && !isOurDoing(slot, pod, observation);
}

/** As far as can be told: a Deployment that we deleted was ordered to drain before, and one that we changed makes other pods. */
function isOurDoing({ deployment }: Slot, pod: ObservedPod, { drains }: Observation): boolean {
  if (deployment === undefined || deployment.deleting) return orderOf(pod.uid, drains) !== undefined;
  return deployment.revision !== pod.revision;
}

function endingEvent({ name }: Slot, pod: ObservedPod): PlannedEvent {
  return {
    type: 'Normal',
    reason: 'PodEnding',
    action: 'EndPod',
    message: `Pod ${pod.name} of ${name} was told to end: it ends ${whenItEnds(pod)}, and what is still open then is cut off`,
  };
}
