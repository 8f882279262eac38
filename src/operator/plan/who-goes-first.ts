import type { EndCause } from '../../balancer/drain/drains.ts';
import type { CountedPod } from './busy.ts';
import { isIdle, loadOf } from './busy.ts';
import { isReady } from './counts.ts';
import { othersServe } from './may-stop.ts';
import type { Observation } from './observation.ts';
import type { ActiveSlot } from './retirement.ts';

/** How much an instance is in use. */
type Use = 'IdleAndNotReady' | 'Idle' | 'Draining' | 'NotReady' | 'Serving';

/**
 * The order in which instances end. Where a drain has a deadline, the one that drains stays the choice, because its time runs and would
 * start anew later. Without a deadline it gives way to an idle one, or one forgotten session would keep all others from being replaced.
 */
const orders = {
  IdleFirst: ['IdleAndNotReady', 'Idle', 'Draining', 'NotReady', 'Serving'],
  DrainingFirst: ['IdleAndNotReady', 'Draining', 'NotReady', 'Idle', 'Serving'],
} as const satisfies Record<string, readonly Use[]>;

/** How a choice is made when one of several instances has to end. */
export interface Preference {
  readonly order: keyof typeof orders;
  /** Drains that count. One that drains for another reason counts as not ready, or the two choices would take turns. */
  readonly causes: readonly EndCause[];
  /** Whether the only one that takes new work counts as idle too. */
  readonly mayBeTheLast: boolean;
}

/**
 * Least in use first; among their like the fewest sessions, an unknown number last, then the highest slot.
 *
 * Note: the choice is made anew at each look. Were the one that drains not ahead of other busy ones, drains would be ordered and taken
 * back as sessions come and go.
 */
export function leastUsedFirst(
  slots: readonly ActiveSlot[],
  observation: Observation,
  pods: readonly CountedPod[],
  { order, causes, mayBeTheLast }: Preference,
): readonly ActiveSlot[] {
  return slots
    .map((slot) => {
      const load = loadOf(slot.name, pods, observation.pool.spec);
      const idle = isIdle(load) && (mayBeTheLast || !isReady(slot) || othersServe(slot.name, pods));
      const rank = orders[order].indexOf(useOf(slot, isDraining(causes, slot, observation), idle));
      return { slot, rank, sessions: load.known ? load.sessions + load.transit : Number.MAX_SAFE_INTEGER };
    })
    .sort(
      (left, right) => left.rank - right.rank || left.sessions - right.sessions || right.slot.number - left.slot.number,
    )
    .map(({ slot }) => slot);
}

/** Whether a pod of the slot was ordered to drain, for one of these causes. */
export function isDraining(causes: readonly EndCause[], { pods }: ActiveSlot, { drains }: Observation): boolean {
  const own = drains?.draining.filter(({ podUid }) => pods.some(({ uid }) => uid === podUid)) ?? [];
  return own.some(({ cause }) => cause !== null && causes.includes(cause));
}

function useOf(slot: ActiveSlot, drains: boolean, idle: boolean): Use {
  if (idle) return isReady(slot) ? 'Idle' : 'IdleAndNotReady';
  if (drains) return 'Draining';
  return isReady(slot) ? 'Serving' : 'NotReady';
}
