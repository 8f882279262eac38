import type { Gate } from './gate.ts';
import type { ObservedPod } from './observation.ts';
import type { Seating } from './seating.ts';
import type { Slot } from './slots.ts';
import { hasStarted, isStopped } from './slots.ts';

/** Slots above the cap in which, as far as is known, no gateway ran yet. None while the pool is within its cap. */
export function waitingSlots(gate: Gate, { slots, limits, toLeave }: Seating): readonly Slot[] {
  const seated = slots.filter((slot) => slot.seated);
  if (gate.mode !== 'Hold' || seated.length + limits.externalInstances <= limits.maxInstances) return [];

  return seated.filter((slot) => !isStopped(slot) && !toLeave.includes(slot) && !slot.pods.some(hasStarted));
}

/**
 * Those of the waiting slots that can go: every pod told that it waits, and that it knows the gate as it stands. Such a pod never ran
 * a gateway and cannot start one under this gate, so nobody is cut off (guarantees G2, G3). Not more than there is surplus.
 */
export function heldSurplus(gate: Gate, seating: Seating): readonly Slot[] {
  const { slots, limits, toLeave } = seating;
  const seats = slots.filter((slot) => slot.seated).length - toLeave.length + limits.externalInstances;
  const surplus = Math.max(0, seats - limits.maxInstances);
  const held = waitingSlots(gate, seating).filter(({ pods }) => pods.every((pod) => isConfirmedHeld(pod, gate)));
  return held.slice(Math.max(0, held.length - surplus));
}

/** A pod without a node runs nothing, so there is nobody to ask. */
function isConfirmedHeld(pod: ObservedPod, gate: Gate): boolean {
  if (pod.node === undefined) return true;
  return !gate.seated.includes(pod.uid) && pod.answer?.held?.seatsGeneration === gate.generation;
}
