import { carriers, countedPods } from './busy.ts';
import { waitingSlots } from './held.ts';
import { newlyLostSlots } from './lost.ts';
import type { Observation, ObservedPod } from './observation.ts';
import { retiringOf } from './retirements.ts';
import { seatingOf } from './seating.ts';

/** A pod whose sidecar is to be asked at /sessions before a plan is made. */
export interface PodToAsk {
  readonly slot: string;
  readonly pod: ObservedPod;
}

/**
 * Pods whose live answer the plan needs; none of a pool in which nothing is to be stopped (guarantee G8).
 *
 * - Those that the gate holds back while the pool is over its cap.
 * - All that run, when an instance is to end: each knows a part of its sessions, and who is idle goes first.
 * - The survivors, once, when a node is lost.
 */
export function podsToAsk(observation: Observation): readonly PodToAsk[] {
  const { gate, pool, slots } = observation;
  if (pool.deleting) return [];

  const all = slots.flatMap(({ name, pods }) => pods.map((pod) => ({ slot: name, pod })));
  const seating = seatingOf(observation);
  const running = new Set(carriers(countedPods(observation)).map(({ uid }) => uid));
  const survivors = newlyLostSlots(observation).length > 0 ? running : new Set<string>();
  if (pool.spec.paused || gate?.readable !== true) return all.filter(({ pod }) => survivors.has(pod.uid));

  const { retirements, rollout } = retiringOf(observation, seating);
  if (retirements.length > 0 || rollout.mayChange) return all.filter(({ pod }) => canAnswer(pod));
  const held = new Set(waitingSlots(gate.gate, seating).map(({ name }) => name));
  return all.filter(
    ({ slot, pod }) => survivors.has(pod.uid) || (held.has(slot) && pod.node !== undefined && !pod.ended),
  );
}

function canAnswer({ node, ended, nodeLost }: ObservedPod): boolean {
  return node !== undefined && !ended && !nodeLost;
}
