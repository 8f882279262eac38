import type { CountedPod } from './busy.ts';
import { isIdle, loadOf } from './busy.ts';
import { isReady } from './counts.ts';
import type { Observation } from './observation.ts';
import { othersServe } from './quiet.ts';
import type { ActiveSlot } from './retirement.ts';

/** How a choice is made when one of several instances has to end. */
export interface Preference {
  /** Whether one that drains stays the choice when another one is found idle. Its deadline runs, and would start anew later. */
  readonly drainingStays: boolean;
  /** Whether the only one that takes new work may be chosen for being idle. */
  readonly mayBeTheLast: boolean;
}

/**
 * The order in which instances end: idle before busy, one that drains already before others, then the fewest sessions, an unknown
 * number last, then the highest slot. Instances that serve nobody lead among their like.
 *
 * Note: the choice is made anew at each look. Were the one that drains not ahead of other busy ones, drains would be ordered and taken
 * back as sessions come and go.
 */
export function leastUsedFirst(
  slots: readonly ActiveSlot[],
  observation: Observation,
  pods: readonly CountedPod[],
  preference: Preference,
): readonly ActiveSlot[] {
  return slots
    .map((slot) => ({ slot, ...useOf(slot, observation, pods, preference) }))
    .sort(
      (left, right) => left.rank - right.rank || left.sessions - right.sessions || right.slot.number - left.slot.number,
    )
    .map(({ slot }) => slot);
}

/** Whether sidecars were ordered to send the slot's instance nothing new. */
function isOrderedToDrain({ pods }: Pick<ActiveSlot, 'pods'>, { drains }: Observation): boolean {
  return drains?.draining.some(({ podUid }) => pods.some(({ uid }) => uid === podUid)) ?? false;
}

function useOf(
  slot: ActiveSlot,
  observation: Observation,
  pods: readonly CountedPod[],
  { drainingStays, mayBeTheLast }: Preference,
): { readonly rank: number; readonly sessions: number } {
  const load = loadOf(slot.name, pods, observation.pool.spec);
  const sessions = load.known ? load.sessions + load.transit : Number.MAX_SAFE_INTEGER;
  const serves = isReady(slot);
  const [draining, idle] = drainingStays ? [1, 3] : [2, 1];
  if (isIdle(load) && !serves) return { rank: 0, sessions };
  if (isIdle(load) && (mayBeTheLast || othersServe(slot.name, pods))) return { rank: idle, sessions };
  if (isOrderedToDrain(slot, observation)) return { rank: draining, sessions };
  return { rank: serves ? 5 : drainingStays ? 2 : 4, sessions };
}
