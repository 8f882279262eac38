import type { Observation } from './observation.ts';
import type { Picture } from './picture.ts';
import type { Slot } from './slots.ts';
import { isStopped } from './slots.ts';

/** Slots whose instance takes no new sessions and still lives. What is ordered or taken back now counts already. */
export function drainingSlots({
  observation,
  seating,
  drains,
}: Pick<Picture, 'observation' | 'seating' | 'drains'>): readonly Slot[] {
  const ordered = new Set((drains?.drains.draining ?? observation.drains?.draining ?? []).map(({ podUid }) => podUid));
  return seating.slots.filter(({ pods }) => pods.some(({ uid, terminating }) => ordered.has(uid) && !terminating));
}

/** Slots that were given another template, and whose new instance has not proved itself yet. */
export function slotsUnderWay(observation: Observation, slots: readonly Slot[]): readonly Slot[] {
  return slots.filter((slot) => {
    const { deployment } = slot;
    if (deployment === undefined || isStopped(slot) || deployment.available) return false;
    const wasRolled = deployment.lastGood !== undefined && deployment.lastGood.revision !== deployment.revision;
    const { revision } = observation.pool;
    const goesBack = deployment.failedRevision === revision && deployment.revision !== revision;
    return wasRolled || goesBack;
  });
}
