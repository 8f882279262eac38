import { hasServed } from './has-served.ts';
import type { Observation, ObservedPod } from './observation.ts';
import { orderOf } from './order-of.ts';
import type { Slot } from './slots.ts';
import { describeEnd } from './start-trouble.ts';

/** A gateway that ended this often has failed (guarantee G5). */
const failedAfterRestarts = 3;

/** Why a pod is not going to become available. */
export interface PodFailure {
  /** In our words; the same at each look. */
  readonly why: string;
  /** In Kubernetes' words, which change with its back-off; empty when it says nothing. */
  readonly said: string;
}

/**
 * Its gateway ended three times, or it is not Ready when the progress deadline is over; the wait for the seat does not count, nor does a
 * pod that is kept from being Ready because it drains.
 */
export function failureOf(pod: ObservedPod, { pool }: Observation, isDraining: boolean): PodFailure | undefined {
  const { ready, restarts, progressMilliseconds } = pod;
  const said = whatKubernetesSays(pod);
  if (restarts >= failedAfterRestarts) return { why: 'its gateway ended again and again', said };

  const { progressDeadlineSeconds } = pool.spec.rollout;
  if (ready || isDraining || progressMilliseconds === undefined || hasNews(pod)) return undefined;
  if (progressMilliseconds < progressDeadlineSeconds * 1000) return undefined;
  return { why: `it was not ready within ${progressDeadlineSeconds} s`, said };
}

/**
 * Whether its sidecar answers while our cache does not know yet that it let the gateway start. Then the cache is old, and when the
 * gateway could begin is not known: the pod may have waited for its seat all the time.
 */
function hasNews({ answer, balancerStarted }: ObservedPod): boolean {
  return answer !== undefined && !balancerStarted;
}

/** Note: the last end too. A container that was just started again waits for nothing, and would tell nobody why it failed. */
function whatKubernetesSays({ waiting, lastEnd, gatewayEverStarted }: ObservedPod): string {
  const isBeingMade = waiting === undefined && lastEnd === undefined && !gatewayEverStarted;
  return [
    ...(isBeingMade ? ['its image was still pulled or its container created'] : []),
    ...(waiting === undefined ? [] : [`${waiting.reason}: ${waiting.message}`]),
    ...(lastEnd === undefined ? [] : [describeEnd(lastEnd)]),
  ].join('; ');
}

/** Slots whose pod, of whatever revision, has failed to become ready: nothing is to be expected of it but by a change. */
export function stuckSlots(observation: Observation, slots: readonly Slot[]): readonly Slot[] {
  return slots.filter((slot) => {
    const pod = unavailablePod(slot);
    if (pod === undefined || pod.ready) return false;
    const mayBeLate =
      !hasServed(slot.name, pod, observation.pool) && orderOf(pod.uid, observation.drains) === undefined;
    return failureOf(pod, observation, !mayBeLate) !== undefined;
  });
}

/** When the next of these slots fails by being late, in milliseconds from now; undefined: none can. */
export function failsIn(observation: Observation, slots: readonly Slot[]): number | undefined {
  const deadline = observation.pool.spec.rollout.progressDeadlineSeconds * 1000;
  const waits: number[] = [];
  for (const slot of slots) {
    const pod = unavailablePod(slot);
    if (pod?.progressMilliseconds === undefined || hasServed(slot.name, pod, observation.pool)) continue;
    if (pod.progressMilliseconds < deadline) waits.push(deadline - pod.progressMilliseconds);
  }
  return waits.length === 0 ? undefined : Math.min(...waits);
}

/** The pod that is to become available, in a slot in which none is. */
function unavailablePod({ deployment, pods }: Slot): ObservedPod | undefined {
  return deployment?.available === false ? pods.findLast(({ terminating }) => !terminating) : undefined;
}
