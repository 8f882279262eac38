import { countedPods } from './busy.ts';
import type { Failure } from './failed-revision.ts';
import { failures, rollBacks } from './failed-revision.ts';
import type { Observation } from './observation.ts';
import type { ActiveSlot, Retirement, Wish } from './retirement.ts';
import { retirementOf } from './retirement.ts';
import type { Rollout } from './rollout.ts';
import { isOverTheCap } from './rollout-blocked.ts';
import { nobody, rolloutOf } from './rollout.ts';
import type { Seating } from './seating.ts';
import type { Slot } from './slots.ts';
import { isStopped } from './slots.ts';
import { requestedStops, unwantedSlots } from './unwanted.ts';

/** Which instances are to end, and why no others. */
export interface Retiring {
  /** By slot number; each slot at most once. */
  readonly retirements: readonly Retirement[];
  readonly failures: readonly Failure[];
  /** Of those that are outdated: whose turn it is, and why nobody goes. */
  readonly rollout: Omit<Rollout, 'next'>;
}

/**
 * Decides who is to end. Nothing is remembered from look to look but what the cluster says: the drains that were ordered, and the
 * annotations of the slots. So a wish that was taken back leaves nothing behind, whoever was killed meanwhile.
 */
export function retiringOf(observation: Observation, seating: Seating): Retiring {
  const { pool } = observation;
  const active = seating.slots.filter(isActive);
  const failed = failures(observation, seating.slots);
  const pods = countedPods(observation);
  if (pool.spec.paused) {
    return { retirements: [], failures: failed, rollout: rolloutOf(observation, seating, active, [], pods) };
  }

  const leaving = [...requestedStops(active), ...unwantedSlots(observation, active, pods)];
  const staying = active.filter(({ name }) => !leaving.some(({ slot }) => slot.name === name));
  const back = isOverTheCap(observation, seating) ? [] : rollBacks(observation, failed, staying);
  const rollout: Rollout = back.length > 0 ? nobody(undefined) : rolloutOf(observation, seating, active, leaving, pods);
  const wishes: readonly Wish[] = [...leaving, ...back, ...(rollout.next === undefined ? [] : [rollout.next])];
  return {
    retirements: wishes
      .map((wish) => retirementOf(wish, pods, observation))
      .sort((left, right) => left.slot.number - right.slot.number),
    failures: failed,
    rollout,
  };
}

/** Note: what has no seat was never let through, and what is stopped ends without us. */
function isActive(slot: Slot): slot is ActiveSlot {
  return slot.seated && slot.deployment !== undefined && !isStopped(slot);
}
