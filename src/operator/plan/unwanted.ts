import type { CountedPod } from './busy.ts';
import type { Observation } from './observation.ts';
import type { ActiveSlot, Wish } from './retirement.ts';
import { leastUsedFirst } from './who-goes-first.ts';

/** Instances that somebody asked by annotation to stop. A wanted one starts again, also while the pool is over its cap no other is. */
export function requestedStops(active: readonly ActiveSlot[]): readonly Wish[] {
  return active
    .filter(({ deployment }) => deployment.stopRequested)
    .map((slot) => wishToStop(slot, 'StopRequested', 'its annotation asks for it', 0));
}

/**
 * Instances above the number that the user wrote into `replicas` (guarantee G4): lowering it is a request to stop. The cap is none, so
 * it has no part in this (guarantee G2); where `replicas` is absent, all that runs is wanted. Those whose stop was asked for by name
 * count first.
 */
export function unwantedSlots(
  observation: Observation,
  active: readonly ActiveSlot[],
  pods: readonly CountedPod[],
): readonly Wish[] {
  const { replicas } = observation.pool.spec;
  if (replicas === undefined) return [];

  const others = active.filter(({ deployment }) => !deployment.stopRequested);
  const requested = active.length - others.length;
  const surplus = Math.max(0, active.length - replicas - requested);
  const causes = ['StopRequested', 'NotWanted'] as const;
  return leastUsedFirst(others, observation, pods, { order: 'IdleFirst', causes, mayBeTheLast: false })
    .slice(0, surplus)
    .map((slot) => wishToStop(slot, 'NotWanted', `replicas is ${replicas}`, replicas));
}

/** Note: without a deadline. An autoscaler lowers `replicas` too, and it knows nothing of sessions. */
function wishToStop(slot: ActiveSlot, cause: Wish['cause'], why: string, othersLeft: number): Wish {
  const proviso = { othersLeft: { slots: othersLeft, ready: false }, notReady: false };
  return { slot, cause, fate: 'stopped', why, deadlineSeconds: null, drains: true, proviso };
}
