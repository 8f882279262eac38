import { limitsInForce, seatsForSlots } from './cap.ts';
import type { Limits } from './gate.ts';
import type { Observation } from './observation.ts';
import type { Desired } from './replicas.ts';
import { desiredInstances } from './replicas.ts';
import type { Slot } from './slots.ts';
import { isStopped, slotsOf } from './slots.ts';

/** Who sits where, and how many should: what most rules start from. */
export interface Seating {
  readonly slots: readonly Slot[];
  readonly limits: Limits;
  readonly desired: Desired;
  /** Slots that should run now: desired, as far as the limits in force allow. */
  readonly target: number;
  /** Seated slots that somebody stopped and that are to run again. */
  readonly toRefill: readonly Slot[];
  /** Seated slots that somebody stopped and that stay so: too many, or no longer wanted. */
  readonly toLeave: readonly Slot[];
}

/**
 * Note: surplus is a number, not a place. After slot 0 of {0, 1, 2} was stopped under a cap of 2, {1, 2} are the pool: moving a
 * gateway to a lower number would end its sessions.
 */
export function seatingOf(observation: Observation): Seating {
  const slots = slotsOf(observation);
  const limits = limitsInForce(observation);
  const desired = desiredInstances(observation.pool.spec);
  const target = Math.min(desired.instances, seatsForSlots(limits));

  const seated = slots.filter((slot) => slot.seated);
  const stopped = seated.filter(isStopped);
  const missing = Math.max(0, target - (seated.length - stopped.length));
  return { slots, limits, desired, target, toRefill: stopped.slice(0, missing), toLeave: stopped.slice(missing) };
}
