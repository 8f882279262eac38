import { slotName } from '../names.ts';
import type { StartSlot } from './actions.ts';
import { seatsForSlots } from './cap.ts';
import { startsBlockedBy } from './blocked.ts';
import type { Observation } from './observation.ts';
import type { Seating } from './seating.ts';
import { isEmpty } from './slots.ts';

/**
 * Slots that may start now without ever exceeding the cap (guarantee G1): first those that hold a seat and lost their Deployment, then
 * the lowest free numbers. A number whose name belongs to somebody else is not passed over: the pool says that it misses one.
 */
export function startableSlots(observation: Observation, seating: Seating): readonly StartSlot[] {
  if (startsBlockedBy(observation) !== undefined) return [];

  const { pool, conflicts } = observation;
  const { slots, limits, target, toRefill } = seating;
  const room = seatsForSlots(limits);
  if (slots.filter((slot) => slot.seated).length > room) return [];

  const again = toRefill
    .filter((slot) => slot.deployment === undefined && isEmpty(slot))
    .map(({ number, name }) => ({ number, name, reason: `slot ${name} holds a seat and has no Deployment` }));

  const running = slots.filter((slot) => slot.seated).length - seating.toLeave.length;
  const wanted = target - running;
  const free = room - slots.length;
  const taken = new Set(slots.map(({ number }) => number));
  const fresh: StartSlot[] = [];
  for (let number = 0; fresh.length < Math.min(wanted, free); number += 1) {
    if (taken.has(number)) continue;
    const reason = `${wanted} more wanted, ${free} of ${limits.maxInstances} seats free`;
    fresh.push({ number, name: slotName(pool.name, number), reason });
  }

  const foreign = new Set(conflicts.filter(({ kind }) => kind === 'Deployment').map(({ name }) => name));
  return [...again, ...fresh].filter(({ name }) => !foreign.has(name));
}
